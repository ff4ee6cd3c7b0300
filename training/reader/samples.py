"""Training pictures for the reader: rendered plates and real ones, cut out as the detector would cut them."""

import json
import random
from pathlib import Path

import cv2
import numpy as np

from platerender.alphabet import CHARACTERS, COLORS
from platerender.camera import bent, degrade, random_homography_quad
from platerender.glyphs import GlyphSet
from platerender.kinds import PlateDesign
from platerender.render import middles, render_plate

from .first_character import with_other_first
from .model import INPUT_HEIGHT, INPUT_WIDTH

# How far the quad is widened before the plate is warped straight: keep in step with models/reader.json.
MARGIN_X, MARGIN_Y = 0.03, 0.06
CLASS_OF = {char: index + 1 for index, char in enumerate(CHARACTERS)}
COLOR_NAMES = {"blue": "BLUE", "yellow": "YELLOW", "yellow-double": "YELLOW", "white": "WHITE", "white-wj": "WHITE", "black": "BLACK", "green-airport": "GREEN"}


def load_split(plates_dir, split):
    lines = (Path(plates_dir) / "manifest.jsonl").read_text().splitlines()
    return [row for row in map(json.loads, lines) if row["split"] == split]


def train_and_validation(plates_dir, share=0.1):
    """The `train` split parted by plate number, so that no plate stands on both sides."""
    rows = [row for row in load_split(plates_dir, "train") if all(char in CLASS_OF for char in row["plate"])]
    numbers = sorted({row["plate"] for row in rows})
    random.Random(7).shuffle(numbers)
    held_out = set(numbers[: int(len(numbers) * share)])
    return [r for r in rows if r["plate"] not in held_out], [r for r in rows if r["plate"] in held_out]


def read_image(plates_dir, row):
    return cv2.imdecode(np.fromfile(Path(plates_dir) / row["file"], np.uint8), cv2.IMREAD_COLOR)


def color_index(row):
    """The class of the labelled colour; -1 (ignored by the loss) where it is unknown. An 8-place green is told by its tail."""
    color = row["color"]
    if color == "green":
        return COLORS.index("YELLOW_GREEN" if row["plate"][-1] in "DF" and len(row["plate"]) == 8 else "GREEN")
    return COLORS.index(COLOR_NAMES[color]) if color in COLOR_NAMES else -1


def inside(image, quad):
    quad = np.asarray(quad)
    return quad.min() >= 0 and quad[:, 0].max() <= image.shape[1] and quad[:, 1].max() <= image.shape[0]


def warp(image, quad, rng=None, jitter=0.0, size=(INPUT_WIDTH, INPUT_HEIGHT)):
    """The plate inside `quad` (4x2: LT RT RB LB), widened by the margin, warped to the reader's input."""
    quad = np.asarray(quad, np.float32)
    horizontal = ((quad[1] - quad[0]) + (quad[2] - quad[3])) / 2
    vertical = ((quad[3] - quad[0]) + (quad[2] - quad[1])) / 2
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32)
    quad = quad + signs[:, :1] * horizontal * MARGIN_X + signs[:, 1:] * vertical * MARGIN_Y
    if rng is not None and jitter > 0:
        quad = jittered(quad, rng, jitter)
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), target)
    return cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def jittered(quad, rng, amount, slant=0.05):
    """Corners off by about `amount` of the plate's sides, together (shift, scale), each by itself, and sheared by `slant` of its width."""
    horizontal = ((quad[1] - quad[0]) + (quad[2] - quad[3])) / 2
    vertical = ((quad[3] - quad[0]) + (quad[2] - quad[1])) / 2
    shift = horizontal * rng.gauss(0, amount * 0.5) + vertical * rng.gauss(0, amount * 1.2)
    grow_x, grow_y = rng.gauss(0, amount * 0.5), rng.gauss(0.01, amount * 1.2)
    # The detector mistakes shear most of all: a plate seen from aside and below is found as an upright one.
    shear = horizontal * rng.gauss(0, slant) if slant > 0 and rng.random() < 10 * amount else 0.0
    moved = np.empty_like(quad)
    for index, (sx, sy) in enumerate([(-1, -1), (1, -1), (1, 1), (-1, 1)]):
        own = horizontal * rng.gauss(0, amount * 0.35) + vertical * rng.gauss(0, amount * 0.9)
        moved[index] = quad[index] + shift + sx * grow_x * horizontal + sy * grow_y * vertical + sy * shear + own
    return moved


class RenderedSamples:
    """Rendered plates put before real backgrounds, seen from an angle at a random size, then cut out again.

    A sample is (picture, text, colour class, characters in the upper row: 0 for one row, middles of the characters).
    """

    def __init__(self, plates_dir, real_characters=None):
        self._glyphs = GlyphSet(plates_dir)
        self._real_characters = real_characters
        files = sorted((Path(plates_dir) / "negatives").glob("*"))
        self._backgrounds = [cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_COLOR) for file in files[:600]]

    def draw(self, rng, kind=None, strength=1.0):
        scene, quad, plate, _ = self.scene(rng, kind, strength)
        picture = warp(scene, quad, rng, rng.uniform(0.01, 0.055))
        return picture, plate.text, COLORS.index(plate.color), plate.upper, plate.middles

    def scene(self, rng, kind=None, strength=1.0, narrowest=28.0):
        """(picture of the plate and a little around it, its corners, the RenderedPlate, width in pixels seen from the front)."""
        plate = render_plate(rng, self._glyphs, kind, self._real_characters)
        height, width = plate.image.shape[:2]
        # Log-uniform: as many plates of 28 to 82 px as of 82 to 240. Much smaller even people can no longer read one.
        shown = narrowest * (240.0 / narrowest) ** rng.random()
        quad = random_homography_quad(rng, width, height) * (shown / width)
        low, high = quad.min(0), quad.max(0)
        pad = 0.12 * (high - low) + 2
        quad = quad - low + pad
        size = np.ceil(high - low + 2 * pad).astype(int)
        background = cv2.resize(rng.choice(self._backgrounds), (int(size[0]), int(size[1])))
        source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        matrix = cv2.getPerspectiveTransform(source, quad.astype(np.float32))
        image = bent(rng, plate.image) if rng.random() < 0.1 * strength else plate.image
        # Shrinking by bilinear alone would alias; real lenses do not.
        if shown < width * 0.5:
            image = cv2.GaussianBlur(image, (0, 0), 0.3 * width / shown)
        scene = cv2.warpPerspective(image, matrix, (int(size[0]), int(size[1])), dst=background.copy(), borderMode=cv2.BORDER_TRANSPARENT)
        return degrade(rng, scene, strength), quad, plate, shown


class RealSamples:
    """Crops and photos of the data set, jittered and degraded anew each time."""

    def __init__(self, plates_dir, rows, real_characters=None):
        self._real_characters = real_characters
        self._items = []
        for row in rows:
            image = read_image(plates_dir, row)
            quad = np.array(row["corners"], np.float32) if row["corners"] else None
            if row["file"].startswith("photos/"):
                # Some 2% of the labelled corners belong to a larger version of the picture.
                if quad is None or not inside(image, quad):
                    continue
                image, quad = _around(image, quad)
            upper = 2 if row["color"] == "yellow-double" else 0
            self._items.append((image, quad, row["plate"], color_index(row), upper, _usual_middles(row["plate"], upper)))
        counts = {}
        for _, _, text, *_ in self._items:
            counts[text[0]] = counts.get(text[0], 0) + 1
        # Half of the crops show 浙 苏 沪 皖: the rarer a first character, the oftener it is drawn.
        self._weights = [
            (1.0 / counts[text[0]]) ** 0.5 * (2.0 if quad is not None else 1.0) for _, quad, text, *_ in self._items
        ]
        total = 0.0
        self._cumulative = [total := total + weight for weight in self._weights]

    def __len__(self):
        return len(self._items)

    def draw(self, rng, strength=0.7):
        image, quad, text, color, upper, places = rng.choices(self._items, cum_weights=self._cumulative)[0]
        height, width = image.shape[:2]
        if quad is None:
            quad = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        if self._real_characters is not None and upper == 0 and len(text) == 7 and rng.random() < 0.25:
            image, text = with_other_first(rng, image, quad, text, self._real_characters)
        if rng.random() < 0.8:
            shrink = rng.uniform(0.35, 1.0) if rng.random() < 0.3 else 1.0
            small = cv2.resize(image, (max(16, int(width * shrink)), max(6, int(height * shrink))), interpolation=cv2.INTER_AREA)
            quad = quad * [small.shape[1] / width, small.shape[0] / height]
            image = degrade(rng, small, strength)
        return warp(image, quad.astype(np.float32), rng, rng.uniform(0.01, 0.055)), text, color, upper, places


def _usual_middles(text, upper):
    """Where the characters of a real plate should stand, going by its number."""
    kind = "new_energy_small" if len(text) == 8 and text[:2] != "WJ" else "blue"
    return middles(PlateDesign(kind, text, "", "", (text[:upper], text[upper:]) if upper else (text,)))


def _around(image, quad):
    """The part of a photo around the plate, shrunk so that the plate is at most 260 px wide."""
    low, high = quad.min(0), quad.max(0)
    pad = 0.3 * (high - low).max()
    x0, y0 = np.maximum(low - pad, 0).astype(int)
    x1, y1 = (high + pad).astype(int)
    part = image[y0:y1, x0:x1]
    quad = quad - [x0, y0]
    shrink = min(1.0, 260.0 / max(1.0, high[0] - low[0]))
    if shrink < 1.0:
        part = cv2.resize(part, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return part, (quad * shrink).astype(np.float32)
