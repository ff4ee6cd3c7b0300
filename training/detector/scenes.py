"""Training scenes for the detector: real photos seen anew, their plates replaced, further plates and decoys pasted in."""

import math
import random

import cv2
import numpy as np

from platerender.camera import bent, degrade, random_homography_quad
from platerender.glyphs import GlyphSet
from platerender.render import render_plate
from reader.samples import inside, read_image

from .decoys import Decoys, overlap
from .tight_crops import TightCrops

SIZE = 320
# Of the scenes, those of tight crops; of the photos in the others, those that end close to their plate.
CROP_SHARE, EDGE_SHARE = 0.15, 0.12


class Scenes:
    """`draw(rng)` gives a SIZE x SIZE BGR picture and the quads (n x 4 x 2; LT RT RB LB) of every plate in it."""

    def __init__(self, plates_dir, rows):
        self._glyphs = GlyphSet(plates_dir)
        self._photos = []
        self._crops = []
        for row in rows:
            if row["file"].startswith("photos/") and row["corners"]:
                image = read_image(plates_dir, row)
                if inside(image, row["corners"]):
                    self._photos.append(_pyramid(image, np.array(row["corners"], np.float32)))
            elif row["file"].startswith("crops/"):
                self._crops.append(read_image(plates_dir, row))
        self._decoys = Decoys(plates_dir, self._glyphs)
        self._tight = TightCrops(plates_dir, rows)

    def draw(self, rng):
        picture, quads = self._tight.draw(rng, SIZE) if rng.random() < CROP_SHARE else self._street(rng)
        if rng.random() < 0.35:
            picture, quads = picture[:, ::-1].copy(), [_mirrored(q) for q in quads]
        if rng.random() < 0.9:
            picture = degrade(rng, picture, 0.55)
        return picture, [q for q in quads if _visible(q)]

    def _street(self, rng):
        picture, quads = self._layers(rng)
        seen = quads[0]
        if rng.random() < 0.45:
            self._paste(rng, picture, seen)
        for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
            self._paste_anywhere(rng, picture, quads)
        for _ in range(rng.choice([0, 0, 1, 2, 3])):
            self._decoys.put(rng, picture, quads)
        return picture, quads

    def _layers(self, rng):
        """One photo in front; where it does not reach, others fill the picture behind it. The front plate comes first."""
        picture = np.full((SIZE, SIZE, 3), 114, np.uint8)
        covered = np.zeros((SIZE, SIZE), np.uint8)
        quads = []
        for _ in range(3):
            levels = rng.choice(self._photos)
            _, own = levels[0]
            # Log-uniform: plates of 14 to 280 px.
            shown = 14.0 * 20.0 ** rng.random()
            image, quad = _level(levels, shown / np.linalg.norm(own[1] - own[0]))
            if rng.random() < EDGE_SHARE:
                image, quad = _cut_close(rng, image, quad)
            matrix = self._view(rng, quad, shown / np.linalg.norm(quad[1] - quad[0]))
            layer = cv2.warpPerspective(image, matrix, (SIZE, SIZE), flags=cv2.INTER_LINEAR)
            reach = cv2.warpPerspective(np.full(image.shape[:2], 255, np.uint8), matrix, (SIZE, SIZE), flags=cv2.INTER_NEAREST)
            fresh = (reach > 0) & (covered == 0)
            quad = cv2.perspectiveTransform(quad[None].astype(np.float32), matrix)[0]
            area = np.zeros((SIZE, SIZE), np.uint8)
            cv2.fillConvexPoly(area, quad.astype(np.int32), 1)
            # A plate behind the front photo's edge counts only where most of it is still to be seen.
            if not quads or area.sum() > 0 and (area * fresh).sum() > 0.8 * area.sum():
                quads.append(quad)
            picture[fresh] = layer[fresh]
            covered[fresh] = 1
            if covered.mean() > 0.85 or rng.random() < 0.1:
                break
        return picture, quads

    def _view(self, rng, quad, scale):
        """A homography that puts the plate somewhere in the picture, turned and tilted a little; at times outside."""
        center = quad.mean(0)
        angle = math.radians(rng.gauss(0, 12))
        stretch = math.exp(rng.gauss(0, 0.08))
        place = np.array([rng.uniform(0.05, 0.95), rng.uniform(0.05, 0.95)]) * SIZE
        if rng.random() < 0.06:
            place = place + SIZE * np.array([rng.choice([-1.2, 1.2]), 0])
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]) @ np.diag([scale * stretch, scale / stretch])
        if rng.random() < 0.4:
            # From aside and above or below: what real photos show too seldom to be learnt from them.
            turn = turn @ np.array([[1, rng.gauss(0, 0.35)], [rng.gauss(0, 0.1), 1]])
        matrix = np.eye(3)
        matrix[:2, :2] = turn
        matrix[:2, 2] = place - turn @ center
        tilt = np.eye(3)
        tilt[2, :2] = [rng.gauss(0, 4e-4), rng.gauss(0, 4e-4)]
        back = np.eye(3)
        back[:2, 2] = -place
        forth = np.eye(3)
        forth[:2, 2] = place
        return forth @ tilt @ back @ matrix

    def _plate_image(self, rng):
        if rng.random() < 0.35:
            return rng.choice(self._crops)
        image = render_plate(rng, self._glyphs).image
        return bent(rng, image) if rng.random() < 0.15 else image

    def _paste(self, rng, picture, quad):
        """Puts another plate over `quad`, as bright as what was there."""
        plate = self._plate_image(rng)
        height, width = plate.shape[:2]
        shown = max(4.0, np.linalg.norm(quad[1] - quad[0]))
        if shown < width * 0.6:
            plate = cv2.GaussianBlur(plate, (0, 0), 0.35 * width / shown)
        x0, y0 = np.maximum(quad.min(0).astype(int), 0)
        x1, y1 = np.minimum(quad.max(0).astype(int) + 1, SIZE)
        if x1 - x0 < 2 or y1 - y0 < 2:
            return
        gain = float(np.clip((picture[y0:y1, x0:x1].mean() + 10) / (plate.mean() + 10), 0.35, 1.4)) ** rng.uniform(0.4, 1.0)
        plate = (plate * gain).clip(0, 255).astype(np.uint8)
        source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        matrix = cv2.getPerspectiveTransform(source, quad.astype(np.float32))
        cv2.warpPerspective(plate, matrix, (SIZE, SIZE), dst=picture, borderMode=cv2.BORDER_TRANSPARENT)

    def _paste_anywhere(self, rng, picture, quads):
        plate_width = 14.0 * 16.0 ** rng.random()
        ratio = rng.choice([3.14, 3.14, 3.14, 3.43, 2.0])
        quad = random_homography_quad(rng, 440.0, 440.0 / ratio, max_yaw=50) * (plate_width / 440.0)
        quad = quad + [rng.uniform(0, SIZE), rng.uniform(0, SIZE)]
        if any(overlap(quad, other) for other in quads):
            return
        self._paste(rng, picture, quad.astype(np.float32))
        quads.append(quad.astype(np.float32))


def _cut_close(rng, image, quad):
    """The photo cut off on one or two sides close to its plate, at times a little into it."""
    low, high = quad.min(0), quad.max(0)
    start, end = np.zeros(2, int), np.array(image.shape[1::-1])
    for side in rng.sample(range(4), rng.choice([1, 1, 2])):
        axis, is_end = side % 2, side >= 2
        room = rng.uniform(-0.06, 0.25) * (high - low)[axis]
        if is_end:
            end[axis] = min(end[axis], int(high[axis] + room))
        else:
            start[axis] = max(0, int(low[axis] - room))
    return image[start[1] : end[1], start[0] : end[0]], quad - start


def _pyramid(image, quad):
    """The photo at its own size (at most 1600 px) and halved again and again, each with its quad."""
    shrink = min(1.0, 1600.0 / max(image.shape[:2]))
    if shrink < 1:
        image, quad = cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), quad * shrink
    levels = [(image, quad)]
    while max(image.shape[:2]) > 160:
        image, quad = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), quad * 0.5
        levels.append((image, quad))
    return levels


def _level(levels, scale):
    """The level from which the view is a mild reduction: bilinear warping then does not alias."""
    index = 0
    while scale < 0.6 and index + 1 < len(levels):
        scale, index = scale * 2, index + 1
    return levels[index]


def _mirrored(quad):
    flipped = quad.copy()
    flipped[:, 0] = SIZE - flipped[:, 0]
    return flipped[[1, 0, 3, 2]]


def _visible(quad):
    center = quad.mean(0)
    return bool((center > 2).all() and (center < SIZE - 2).all())


def targets(quads, size=SIZE, stride=8):
    """Heat map [h,w], corner offsets [8,h,w] in px from the cell centres, weights [h,w] (1 / plate width) where corners count."""
    cells = size // stride
    xs = (np.arange(cells) + 0.5) * stride
    grid = np.stack(np.meshgrid(xs, xs), -1)
    heat = np.zeros((cells, cells), np.float32)
    offsets = np.zeros((8, cells, cells), np.float32)
    weights = np.zeros((cells, cells), np.float32)
    for quad in quads:
        horizontal = ((quad[1] - quad[0]) + (quad[2] - quad[3])) / 2
        vertical = ((quad[3] - quad[0]) + (quad[2] - quad[1])) / 2
        center = quad.mean(0)
        width = max(4.0, float(np.linalg.norm(horizontal)))
        # Plate coordinates: (+-0.5, +-0.5) are the corners; small plates get a blob of at least a cell and a half.
        basis = np.stack([_at_least(horizontal, 3.0 * stride), _at_least(vertical, 2.0 * stride)], 1)
        place = (grid - center) @ np.linalg.inv(basis).T
        blob = np.exp(-(place**2).sum(-1) / (2 * 0.17**2))
        peak = np.unravel_index(np.abs(grid - center).sum(-1).argmin(), heat.shape)
        blob[peak] = 1.0
        ours = (blob > 0.35) & (blob >= heat)
        heat = np.maximum(heat, blob)
        offsets[:, ours] = (quad.reshape(8, 1) - np.tile(grid[ours].T, (4, 1))).astype(np.float32)
        weights[ours] = 1.0 / width
    return heat, offsets, weights


def _at_least(vector, length):
    own = float(np.linalg.norm(vector))
    return vector * max(1.0, length / max(own, 1e-3))
