"""Draws a plate straight from the front, at its real proportions (GA 36-2018), before any camera sees it."""

from dataclasses import dataclass

import cv2
import numpy as np

from .kinds import design_plate

# Pixels per millimetre: 440 mm become 264 px, more than most photos show.
SCALE = 0.6
# Of the plates that start from a template of the bare plate; the others are painted in more ways than the templates show.
TEMPLATE_SHARE = 0.3

# Base BGR colours; every plate jitters around them, because paint fades and cameras differ.
PAINT = {
    "BLUE": ((150, 60, 10), (255, 255, 255)),
    "YELLOW": ((20, 170, 235), (15, 15, 15)),
    "WHITE": ((235, 235, 235), (20, 20, 20)),
    "BLACK": ((25, 22, 20), (240, 240, 240)),
    "GREEN": ((120, 190, 90), (20, 20, 20)),
}
RED = (30, 25, 200)


@dataclass(frozen=True)
class RenderedPlate:
    """`image` is BGR uint8; the plate fills it edge to edge."""

    image: np.ndarray
    text: str
    color: str
    plate_type: str
    kind: str
    double_row: bool
    # Characters in the upper row; 0 on a plate of one row.
    upper: int
    # Of each character, where its middle is: 0 at the left edge of the plate, 1 at the right.
    middles: tuple


def render_plate(rng, glyphs, kind=None, real=None):
    """Draws a random plate of `kind` (or of the training mix). `rng` is a `random.Random`, `glyphs` a GlyphSet.

    With `real` (RealCharacters) a part of the plates carries characters cut from real ones.
    """
    design = design_plate(rng, kind)
    # Characters of two rows and of new-energy plates have proportions of their own.
    real_share = rng.choice([0, 0, 0, 0.3, 1.0]) if real is not None and _use(design, 0) == "single" else 0
    double = len(design.rows) == 2
    width, height = _size(design)
    canvas, ink_color = _paint(rng, design, width, height)
    template = glyphs.background(_template(design), canvas.shape[1], canvas.shape[0]) if rng.random() < TEMPLATE_SHARE else None
    if template is not None:
        canvas = template + (canvas[-1, -1] - template[-8, -12]) * rng.uniform(0, 0.6)
    start = 0
    for row, chars in enumerate(design.rows):
        for index, box in enumerate(_cells(design, row, len(chars))):
            # On black embassy plates the suffix is white as often as red.
            red = start + index in design.red and (ink_color[0] < 100 or rng.random() < 0.5)
            mask = real.mask(rng, chars[index]) if rng.random() < real_share else None
            if mask is None:
                mask = glyphs.mask(chars[index], _use(design, row))
            _stamp(rng, canvas, mask, box, RED if red else ink_color)
        start += len(chars)
    if template is None:
        _furniture(rng, canvas, design, ink_color)
    _wear(rng, canvas)
    image = canvas.clip(0, 255).astype(np.uint8)
    upper = len(design.rows[0]) if double else 0
    return RenderedPlate(image, design.text, design.color, design.plate_type, design.kind, double, upper, middles(design))


def _template(design):
    """Name of the template of the bare plate."""
    if design.kind in ("tractor", "civil_aviation"):
        return ""
    if design.kind.startswith("new_energy"):
        return "green_car_140" if design.kind == "new_energy_small" else "green_truck_140"
    if len(design.rows) == 2:
        return f"{design.color.lower()}_220"
    if design.kind in ("armed_police", "armed_police_old", "embassy"):
        return "black_shi_140" if design.kind == "embassy" and design.text[0] == "使" else ""
    return "white_army_140" if design.kind in ("military", "old_army") else f"{design.color.lower()}_140"


def middles(design):
    """Of each character, where its middle is, in shares of the plate's width."""
    cells = [cell for row, chars in enumerate(design.rows) for cell in _cells(design, row, len(chars))]
    return tuple((left + width / 2) / _size(design)[0] for left, _, width, _ in cells)


def _size(design):
    if len(design.rows) == 2:
        return (440, 220) if design.kind != "tractor" else (300, 165)
    return (480, 140) if design.kind.startswith("new_energy") else (440, 140)


def _use(design, row):
    if len(design.rows) == 2:
        return "top" if row == 0 else "bottom"
    return "green" if design.kind.startswith("new_energy") else "single"


def _cells(design, row, count):
    """Boxes (left, top, width, height) in millimetres for the characters of a row."""
    if design.kind == "tractor":
        # 300x165: scaled from the 440x220 layout, three characters above, five below.
        return [(62 + i * 65, 14, 48, 46) for i in range(count)] if row == 0 else [(20 + i * 54, 68, 44, 82) for i in range(count)]
    if len(design.rows) == 2:
        if row == 0:
            return [(110 + i * 140, 15, 80, 60) for i in range(count)]
        return [(27 + i * 80, 90, 65, 110) for i in range(count)]
    if design.kind.startswith("new_energy"):
        return [(15.5 + i * 52 + (40 if i >= 2 else 0), 25, 43, 90) for i in range(count)]
    if design.small:
        return _cells_with_small(design.small, count)
    if count >= 8:
        pitch = 412 / count
        return [(14 + i * pitch, 25, pitch * 0.78, 90) for i in range(count)]
    if design.text[:2] == "民航":
        return [(15.5 + i * 61, 25, 45, 90) for i in range(count)]
    return [(15.5 + i * 57 + (22 if i >= _dot_after(design) else 0), 25, 45, 90) for i in range(count)]


def _cells_with_small(small, count):
    """Small characters take half the width; all together fill 410 mm."""
    unit = 410 / (count - len(small) / 2)
    boxes, left = [], 16.0
    for index in range(count):
        if index in small:
            boxes.append((left, 63, unit * 0.46, 52))
            left += unit / 2
        else:
            boxes.append((left, 25, unit * 0.83, 90))
            left += unit
    return boxes


def _dot_after(design):
    """How many characters stand before the separator dot."""
    if "使" in design.text:
        return 4 if design.text[0] == "使" else 3
    # Police plates part the province from the rest; a few show the civil spacing.
    return 1 if design.kind == "police" and design.text[-2] not in "89" else 2


def _paint(rng, design, width, height):
    size = (int(height * SCALE), int(width * SCALE), 3)
    base, ink = PAINT["GREEN" if design.color == "YELLOW_GREEN" else design.color]
    # Black paint fades to grey; tinted like the others it would be the dark blue of a plate at night.
    tints, fading = (6, rng.uniform(-10, 30)) if design.color == "BLACK" else (22, 0.0)
    jitter = np.array([rng.uniform(-tints, tints) + fading for _ in range(3)], np.float32)
    canvas = np.empty(size, np.float32)
    canvas[:] = np.array(base, np.float32) + jitter
    if design.kind == "new_energy_small":
        # White above, green below; where it turns differs, and many cameras show hardly any white.
        fade = np.linspace(1.0, 0.0, size[0], dtype=np.float32)[:, None, None] ** rng.uniform(0.6, 2.2)
        fade = fade * rng.choice([rng.uniform(0.6, 1.0), rng.uniform(0.0, 0.6)])
        canvas = canvas * (1 - fade) + 250 * fade
        canvas = canvas * np.array([rng.uniform(0.6, 1.0), 1.0, rng.uniform(0.5, 1.0)], np.float32)
    if design.kind == "new_energy_large":
        canvas[:, : int(132 * SCALE)] = np.array(PAINT["YELLOW"][0], np.float32) + jitter
    if design.kind in ("civil_aviation", "tractor"):
        canvas[:] = np.array((70, 130, 30), np.float32) + jitter
        ink = (250, 250, 250)
    tint = rng.uniform(-12, 12)
    return canvas, tuple(channel + tint for channel in ink)


def _stamp(rng, canvas, mask, box, color):
    left, top, width, height = (value * SCALE for value in box)
    stretch = rng.uniform(0.94, 1.04)
    size = (max(2, round(width * stretch)), max(2, round(height * rng.uniform(0.96, 1.02))))
    x = int(left + rng.uniform(-1, 1))
    y = int(top + rng.uniform(-1, 1))
    ink = cv2.resize(mask, size, interpolation=cv2.INTER_AREA if mask.shape[0] > size[1] else cv2.INTER_LINEAR)
    # Embossing wears: strokes come out thinner or fatter than the template.
    if rng.random() < 0.3:
        ink = cv2.dilate(ink, np.ones((2, 2)))
    elif rng.random() < 0.2:
        ink = cv2.erode(ink, np.ones((2, 2)))
    y, x = max(0, y), max(0, x)
    area = canvas[y : y + size[1], x : x + size[0]]
    ink = ink[: area.shape[0], : area.shape[1], None]
    area[:] = area * (1 - ink) + np.array(color, np.float32) * ink


def _furniture(rng, canvas, design, ink):
    """Border line and separator dot."""
    height, width = canvas.shape[:2]
    if rng.random() < 0.85 and not design.kind.startswith("new_energy"):
        inset = rng.choice([2, 3, 4])
        cv2.rectangle(canvas, (inset, inset), (width - 1 - inset, height - 1 - inset), ink, rng.choice([1, 1, 2]))
    if len(design.rows) == 2 and design.kind != "tractor" and rng.random() < 0.6:
        cv2.circle(canvas, (width // 2, int(0.2 * height)), rng.choice([2, 3]), ink, -1)
    if len(design.rows) == 1 and not design.kind.startswith("new_energy") and design.text[:2] != "民航" and rng.random() < 0.9:
        x = 20 + 57 * _dot_after(design) + rng.uniform(-3, 3)
        cv2.circle(canvas, (int(x * SCALE), height // 2), rng.choice([2, 3, 3]), ink, -1)
    if design.kind.startswith("new_energy"):
        _new_energy_badge(rng, canvas, width, height)


def _wear(rng, canvas):
    """Screws, dirt and the frames that dealers put around plates."""
    height, width = canvas.shape[:2]
    for x in (0.25, 0.75):
        for y in (0.07, 0.93):
            if rng.random() < 0.5:
                shade = rng.uniform(60, 230)
                center = (int(width * (x + rng.uniform(-0.02, 0.02))), int(height * y))
                cv2.ellipse(canvas, center, (rng.choice([3, 4, 6]), 3), 0, 0, 360, (shade, shade, shade), -1)
    if rng.random() < 0.15:
        shade = rng.uniform(20, 220)
        cv2.rectangle(canvas, (0, 0), (width - 1, height - 1), (shade, shade, shade), rng.choice([2, 4, 6]))
    for _ in range(rng.choice([0, 0, 0, 0, 1, 2])):
        shade = rng.uniform(30, 160)
        center = (rng.randrange(width), rng.randrange(height))
        overlay = canvas.copy()
        cv2.ellipse(overlay, center, (rng.randrange(3, 22), rng.randrange(2, 9)), rng.uniform(0, 180), 0, 360, (shade, shade * 1.02, shade * 1.08), -1)
        opacity = rng.uniform(0.2, 0.6)
        canvas[:] = canvas * (1 - opacity) + overlay * opacity


def _new_energy_badge(rng, canvas, width, height):
    """The border line and the round mark after the second character, which must not be read as an O."""
    if rng.random() < 0.7:
        cv2.rectangle(canvas, (3, 3), (width - 4, height - 4), (25, 30, 25), 1)
    if rng.random() < 0.8:
        center = (int((136 + rng.uniform(-2, 2)) * SCALE), height // 2)
        cv2.circle(canvas, center, rng.choice([6, 7, 8]), (250, 250, 250), -1)
        cv2.circle(canvas, center, rng.choice([4, 5, 6]), rng.choice([(200, 120, 60), (60, 160, 60), (60, 60, 200)]), rng.choice([2, 3]))
