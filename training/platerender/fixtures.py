"""Draws the test pictures in test/fixtures: street-like scenes made of nothing but code and rendered plates.

`python3 -m platerender.fixtures --plates DIR --out ../test/fixtures` from the folder `training`.
"""

import argparse
import json
import random
from pathlib import Path

import cv2
import numpy as np

from .camera import random_homography_quad
from .glyphs import GlyphSet
from .render import render_plate

# Name -> kinds of the plates in the picture. The text that each shows is written to fixtures.json beside the pictures.
SCENES = {
    "blue": ["blue"],
    "new-energy": ["new_energy_small"],
    "yellow-double": ["yellow_double"],
    "police": ["police"],
    "two-plates": ["blue", "yellow_single"],
    "no-plate": [],
}
WIDTH, HEIGHT = 960, 640


def street(rng):
    """Sky, road and the back of a car, each shaded a little."""
    image = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    image[:] = np.linspace(200, 120, HEIGHT, dtype=np.float32)[:, None, None] * np.array([1.0, 0.97, 0.92], np.float32)
    cv2.rectangle(image, (0, 420), (WIDTH, HEIGHT), (92, 94, 96), -1)
    for x in range(40, WIDTH, 240):
        cv2.rectangle(image, (x, 600), (x + 120, 610), (190, 200, 205), -1)
    paint = tuple(rng.uniform(40, 150) for _ in range(3))
    cv2.rectangle(image, (140, 180), (WIDTH - 140, 540), paint, -1)
    cv2.rectangle(image, (220, 120), (WIDTH - 220, 290), tuple(c * 0.5 for c in paint), -1)
    for x in (190, WIDTH - 190):
        cv2.ellipse(image, (x, 330), (42, 26), 0, 0, 360, (60, 60, 210), -1)
        cv2.ellipse(image, (x, 560), (64, 64), 0, 0, 360, (25, 25, 25), -1)
    return cv2.GaussianBlur(image, (0, 0), 1.2) + np.random.default_rng(rng.getrandbits(32)).normal(0, 3, image.shape)


def put(rng, image, plate, center, shown):
    height, width = plate.image.shape[:2]
    quad = random_homography_quad(rng, width, height, max_yaw=20, max_pitch=12, max_roll=5) * (shown / width) + center
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, quad.astype(np.float32))
    cv2.warpPerspective(plate.image, matrix, (WIDTH, HEIGHT), dst=image, borderMode=cv2.BORDER_TRANSPARENT, flags=cv2.INTER_AREA)
    return quad


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", default="../../shared/plates")
    parser.add_argument("--out", default="../test/fixtures")
    args = parser.parse_args()
    glyphs = GlyphSet(args.plates)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    truth = {}
    for seed, (name, kinds) in enumerate(SCENES.items()):
        rng = random.Random(40 + seed)
        image = street(rng).clip(0, 255).astype(np.uint8)
        plates = []
        for place, kind in enumerate(kinds):
            plate = render_plate(rng, glyphs, kind)
            center = [WIDTH / 2, 430] if len(kinds) == 1 else [330 + 310 * place, 430]
            quad = put(rng, image, plate, center, 190)
            plates.append({"plateNumber": plate.text, "color": plate.color, "type": plate.plate_type, "corners": quad.round().astype(int).tolist()})
        cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tofile(out / f"{name}.jpg")
        truth[name] = plates
    (out / "fixtures.json").write_text(json.dumps(truth, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
