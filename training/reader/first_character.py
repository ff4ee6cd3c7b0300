"""Puts another province's character, cut from a real plate, on a real plate: over two thirds of the pictures show 浙, 皖 or 苏."""

import cv2
import numpy as np

from platerender.alphabet import PROVINCES

WIDTH, HEIGHT = 220, 70
# The first character's cell on a 440x140 plate, and the gap behind it, in pixels of WIDTH x HEIGHT.
CELL, GAP = (4, 32), (31, 35)
# The same on the 480x140 plates of eight characters.
CELL_OF_EIGHT, GAP_OF_EIGHT = (4, 29), (27, 31)
TOP, BOTTOM = 9, 61


def with_other_first(rng, image, quad, text, characters):
    """(picture, text); unchanged where the plate's first character is none of a province or no real one is at hand."""
    char = rng.choice(PROVINCES)
    ink = characters.mask(rng, char) if text[0] in PROVINCES else None
    if ink is None:
        return image, text
    cell_x, gap = (CELL_OF_EIGHT, GAP_OF_EIGHT) if len(text) == 8 else (CELL, GAP)
    corners = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float32)
    to_flat = cv2.getPerspectiveTransform(np.asarray(quad, np.float32), corners)
    flat = cv2.warpPerspective(image, to_flat, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    paint, stroke = _colors(flat)
    # The paint beside the cell, row by row, keeps the light of the picture.
    beside = cv2.blur(np.median(flat[:, gap[0] : gap[1]], 1)[:, None], (1, 15))
    beside = np.clip(beside, paint - 25, paint + 25)
    cell = np.repeat(beside[TOP:BOTTOM], cell_x[1] - cell_x[0], 1)
    mask = np.zeros(cell.shape[:2], np.float32)
    width, height = round((19.7 if len(text) == 8 else 22.5) * rng.uniform(0.92, 1.05)), round(45 * rng.uniform(0.95, 1.05))
    x, y = 4 + rng.choice([-1, 0, 0, 1]), (cell.shape[0] - height) // 2 + rng.choice([-1, 0, 1])
    shape = mask[y : y + height, x : x + width].shape
    mask[y : y + height, x : x + width] = cv2.resize(ink, shape[::-1])
    flat[TOP:BOTTOM, cell_x[0] : cell_x[1]] = cell * (1 - mask[..., None]) + stroke * mask[..., None]
    share = np.zeros((HEIGHT, WIDTH), np.float32)
    share[TOP:BOTTOM, cell_x[0] : cell_x[1]] = 1.0
    size = (image.shape[1], image.shape[0])
    back = cv2.warpPerspective(flat, to_flat, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    share = cv2.warpPerspective(share, to_flat, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)[..., None]
    return (image * (1 - share) + back * share).clip(0, 255).astype(np.uint8), char + text[1:]


def _colors(flat):
    """The colours of paint and strokes, from the other six characters: the commoner of dark and light is the paint."""
    pixels = flat[14:56, 40:205].reshape(-1, 3)
    gray = pixels.mean(1)
    low, high = np.percentile(gray, (5, 95))
    is_light = gray > (low + high) / 2
    if is_light.all() or not is_light.any():
        return pixels.mean(0), pixels.mean(0)
    light_ink = is_light.mean() < 0.5
    paint = pixels[is_light != light_ink]
    stroke = pixels[is_light == light_ink]
    order = np.argsort(stroke.mean(1))
    count = max(1, len(order) // 3)
    return np.median(paint, 0), np.median(stroke[order[-count:] if light_ink else order[:count]], 0)
