"""Training pictures for the reader: rendered plates and real ones, cut out as the detector would cut them."""

import json
import random
from pathlib import Path

import cv2
import numpy as np

from platerender.alphabet import CHARACTERS, COLORS
from platerender.camera import bent, degrade, random_homography_quad
from platerender.glyphs import GlyphSet
from platerender.kinds import KINDS, PlateDesign
from platerender.render import middles, render_plate

from .first_character import with_other_first
from .model import INPUT_HEIGHT, INPUT_WIDTH

# How far the quad is widened before the plate is warped straight: keep in step with models/reader.json.
MARGIN_X, MARGIN_Y = 0.03, 0.06
CLASS_OF = {char: index + 1 for index, char in enumerate(CHARACTERS)}
# Of the pictures whose corners are known, as many are cut out by a box as tight crops are, slanted; the others straightened.
TIGHT_SHARE = 0.35
# Of the rendered ones fewer: with as many, renders under 80 px, all of them straightened in the kind sets, were read 5 to 10 points worse.
TIGHT_SHARE_RENDERED = 0.2
# Kinds that were read worst are drawn oftener than `kinds.py` says, which is the mix of the detector's scenes.
MORE_OF = {
    "learner": 2,
    "new_energy_small": 1.5,
    "new_energy_large": 2.5,
    "old_army": 1.7,
    "trailer": 1.3,
    "emergency": 3,
    "black_foreign": 1.8,
    "blue": 0.7,
    "armed_police": 1.8,
    "yellow_single": 1.2,
    "tractor": 1.2,
    "hong_kong": 2,
}
# Widths of rendered plates in pixels; of much narrower ones even people can no longer read any. A share is drawn from those between which
# reading turns from luck to certainty.
WIDTHS = (28.0, 240.0)
SMALL_SHARE, SMALL = 0.5, (40.0, 110.0)
# Kinds of real pictures with two rows.
DOUBLE = ("yellow double", "trailer", "armed police double", "military double", "tractor")
COLOR_NAMES = {"blue": "BLUE", "yellow": "YELLOW", "yellow-double": "YELLOW", "white": "WHITE", "white-wj": "WHITE", "black": "BLACK", "green-airport": "GREEN"}


def load_split(plates_dir, split):
    lines = (Path(plates_dir) / "manifest.jsonl").read_text().splitlines()
    return [row for row in map(json.loads, lines) if row["split"] == split]


def train_and_validation(plates_dir, share=0.1, corners=None):
    """The `train` split parted by plate number, so that no plate stands on both sides.

    `corners` names what `corners.mjs` wrote: rows without labelled corners get the found ones as `found_corners`.
    """
    rows = [row for row in load_split(plates_dir, "train") if all(char in CLASS_OF for char in row["plate"])]
    lines = Path(corners).read_text().splitlines() if corners else []
    found = {row["file"]: row["corners"] for row in map(json.loads, lines)}
    rows = [{**row, "found_corners": found.get(row["file"])} for row in rows]
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


def tight_cut(rng, quad, places, upper, slant=0.12, shear=0.14):
    """(the corners to cut by, middles) of a tight crop that nobody straightened: the box around the plate, turned and slanted at random.

    In the plane of the plate such a box is a parallelogram around it: cut by that one, the plate comes out slanted.
    """
    width, height = (440.0, 220.0) if upper else (480.0, 140.0) if len(places) == 8 else (440.0, 140.0)
    turn = np.array([[1.0, float(np.clip(rng.gauss(0, shear), -0.4, 0.4))], [float(np.clip(rng.gauss(0, slant), -0.4, 0.4)), 1.0]])
    outline = np.array([[0, 0], [width, 0], [width, height], [0, height]]) @ turn.T
    low, high = outline.min(0), outline.max(0)
    # Whoever cut it out left a little around it, or cut a little off.
    room = (high - low) * [[rng.gauss(0.0, 0.02), rng.gauss(0.01, 0.05)], [rng.gauss(0.0, 0.02), rng.gauss(0.01, 0.05)]]
    low, high = low - room[0], high + room[1]
    box = np.array([low, [high[0], low[1]], high, [low[0], high[1]]]) @ np.linalg.inv(turn).T
    spots = [(place * width, (0.25 if index < upper else 0.7 if upper else 0.5) * height) for index, place in enumerate(places)]
    middles_cut = ((np.array(spots) @ turn.T)[:, 0] - low[0]) / (high[0] - low[0])
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    to_picture = cv2.getPerspectiveTransform(flat, np.asarray(quad, np.float32))
    corners = cv2.perspectiveTransform(box[None].astype(np.float32), to_picture)[0]
    return corners, tuple(middles_cut)


class RenderedSamples:
    """Rendered plates put before real backgrounds, seen from an angle at a random size, then cut out again.

    A sample is (picture, text, colour class, characters in the upper row: 0 for one row, middles of the characters).
    """

    def __init__(self, plates_dir, real_characters=None):
        self._glyphs = GlyphSet(plates_dir)
        self._real_characters = real_characters
        self._kinds = list(KINDS)
        self._shares = [share * MORE_OF.get(name, 1) for name, (share, _) in KINDS.items()]
        files = sorted((Path(plates_dir) / "negatives").glob("*"))
        self._backgrounds = [cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_COLOR) for file in files[:600]]

    def draw(self, rng, kind=None, strength=1.0):
        kind = kind or rng.choices(self._kinds, weights=self._shares)[0]
        bounds = SMALL if rng.random() < SMALL_SHARE else WIDTHS
        scene, quad, plate, _ = self.scene(rng, kind, strength, bounds)
        places = plate.middles
        if rng.random() < TIGHT_SHARE_RENDERED:
            quad, places = tight_cut(rng, quad, places, plate.upper)
            picture = warp(scene, quad, rng, 0.01)
        else:
            picture = warp(scene, quad, rng, rng.uniform(0.01, 0.055))
        return picture, plate.text, COLORS.index(plate.color), plate.upper, places

    def scene(self, rng, kind=None, strength=1.0, widths=WIDTHS):
        """(picture of the plate and a little around it, its corners, the RenderedPlate, width in pixels seen from the front)."""
        plate = render_plate(rng, self._glyphs, kind, self._real_characters)
        height, width = plate.image.shape[:2]
        # Log-uniform: as many plates of 28 to 82 px as of 82 to 240.
        shown = widths[0] * (widths[1] / widths[0]) ** rng.random()
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
        counts = {}
        for row in rows:
            image = read_image(plates_dir, row)
            corners = row["corners"] or row.get("found_corners")
            quad = np.array(corners, np.float32) if corners else None
            is_photo = row["file"].startswith("photos/")
            if is_photo:
                # Some 2% of the labelled corners belong to a larger version of the picture.
                if quad is None or not inside(image, quad):
                    continue
                image, quad = _around(image, quad)
            upper = 2 if row["color"] == "yellow-double" or row.get("kind") in DOUBLE else 0
            item = (image, quad, is_photo, row["plate"], color_index(row), upper, _usual_middles(row["plate"], upper))
            first, is_new = row["plate"][0], row.get("kind") is not None
            counts[first] = counts.get(first, 0) + 1
            is_electric = len(row["plate"]) == 8 and row["plate"][:2] != "WJ"
            self._items.append((item, first, (2.0 if is_photo else 1.0) * (1.6 if is_new else 1.0) * (2.0 if is_electric else 1.0)))
        # Half of the crops show 浙 苏 沪 皖: the rarer a first character, the oftener it is drawn.
        total = 0.0
        self._cumulative = [total := total + weight * counts[first] ** -0.55 for _, first, weight in self._items]
        self._items = [item for item, *_ in self._items]

    def __len__(self):
        return len(self._items)

    def draw(self, rng, strength=0.7):
        image, quad, is_photo, text, color, upper, places = rng.choices(self._items, cum_weights=self._cumulative)[0]
        height, width = image.shape[:2]
        whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        is_tight = rng.random() < (TIGHT_SHARE if is_photo or quad is not None else 1.0)
        known = quad is not None
        if not known:
            quad = whole
        if self._real_characters is not None and upper == 0 and len(text) in (7, 8) and rng.random() < 0.25 and (known or height / width < 0.34):
            image, text = with_other_first(rng, image, quad, text, self._real_characters)
        if rng.random() < 0.8:
            shrink = rng.uniform(0.35, 1.0) if rng.random() < 0.3 else 1.0
            small = cv2.resize(image, (max(16, int(width * shrink)), max(6, int(height * shrink))), interpolation=cv2.INTER_AREA)
            scale = np.array([small.shape[1] / width, small.shape[0] / height], np.float32)
            quad, whole = quad * scale, whole * scale
            image = degrade(rng, small, strength)
        if known and is_tight and not is_photo and rng.random() < 0.5:
            # The crop as it is.
            flat = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
            matrix = cv2.getPerspectiveTransform(flat, quad.astype(np.float32))
            spots = [[place, 0.25 if index < upper else 0.7 if upper else 0.5] for index, place in enumerate(places)]
            places = tuple(cv2.perspectiveTransform(np.array([spots], np.float32), matrix)[0][:, 0] / image.shape[1])
            return warp(image, whole, rng, 0.012), text, color, upper, places
        if known and is_tight:
            quad, places = tight_cut(rng, quad, places, upper)
            return warp(image, quad.astype(np.float32), rng, 0.01), text, color, upper, places
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
