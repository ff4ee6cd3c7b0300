"""What looks like a plate and is none: patches that fooled an older detector, numbers on the ground and on signs, printed dates."""

from pathlib import Path

import cv2
import numpy as np

from platerender.alphabet import DIGITS, SERIAL_LETTERS
from platerender.camera import random_homography_quad

FONTS = [cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_PLAIN]


class Decoys:
    def __init__(self, plates_dir, glyphs):
        self._glyphs = glyphs
        negatives = sorted((Path(plates_dir) / "negatives").glob("*"))
        self._negatives = [cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_COLOR) for file in negatives]

    def put(self, rng, picture, quads):
        """Puts one decoy somewhere off the plates at `quads`, if there is room."""
        rng.choices([self._negative, self._number, _stamp], weights=[5, 3, 2])[0](rng, picture, quads)

    def _negative(self, rng, picture, quads):
        size = picture.shape[0]
        width = int(16 * 10 ** rng.random())
        height = max(5, int(width * rng.uniform(0.2, 0.5)))
        x, y = rng.randrange(size - width), rng.randrange(size - height)
        if not _covers(np.array([[x, y], [x + width, y + height]], np.float32), quads):
            picture[y : y + height, x : x + width] = cv2.resize(rng.choice(self._negatives), (width, height))

    def _number(self, rng, picture, quads):
        """A number that no plate carries: on a parking place, a taxi's door, a shop's sign; with a board behind it or without."""
        size = picture.shape[0]
        quad = random_homography_quad(rng, 440.0, rng.uniform(90, 150), max_yaw=50, max_roll=60) * (16.0 * 14.0 ** rng.random() / 440.0)
        quad = (quad + [rng.uniform(0, size), rng.uniform(0, size)]).astype(np.float32)
        if rng.random() < 0.3:
            # Upside down, as seen from the other side of the parking place.
            quad = quad[[2, 3, 0, 1]]
        if _covers(quad, quads):
            return
        text = "".join(rng.choice(DIGITS if rng.random() < 0.85 else SERIAL_LETTERS) for _ in range(rng.choice([3, 4, 5, 6, 6, 6, 10])))
        ink = np.zeros((100, 40 + 60 * len(text)), np.float32)
        for index, char in enumerate(text):
            ink[14:86, 26 + 60 * index : 74 + 60 * index] = cv2.resize(self._glyphs.mask(char, "single"), (48, 72))
        matrix = cv2.getPerspectiveTransform(np.array([[0, 0], [ink.shape[1], 0], [ink.shape[1], 100], [0, 100]], np.float32), quad)
        color = np.array(rng.choice([(255, 255, 255), (20, 20, 20), (40, 200, 240), (40, 40, 200)]), np.float32)
        layers = [(cv2.warpPerspective(ink, matrix, (size, size)), color)]
        if rng.random() < 0.6:
            board = np.array([rng.uniform(0, 255)] * 3, np.float32) + np.array([rng.uniform(-25, 25) for _ in range(3)], np.float32)
            layers.insert(0, (cv2.warpPerspective(np.ones_like(ink), matrix, (size, size)), board))
        for share, paint in layers:
            share = share[..., None] * 0.9
            picture[:] = (picture * (1 - share) + paint * share).clip(0, 255)


def _stamp(rng, picture, quads):
    """Half of what the best public detector finds in vain are the dates that cameras print into photos; web addresses are alike."""
    size = picture.shape[0]
    date = f"20{rng.randrange(10, 27)}{rng.choice('-/.')}{rng.randrange(1, 13):02d}{rng.choice('-/.')}{rng.randrange(1, 29):02d}"
    clock = f"{rng.randrange(24):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    text = rng.choice([f"{date} {clock}", clock, f"QQ:{rng.randrange(10**8)}", f"www.{rng.randrange(10**6)}.com", "CITROEN", "POLICE"])
    color = rng.choice([(255, 255, 255), (0, 160, 255), (40, 220, 255), (0, 0, 255), (0, 255, 0)])
    scale = rng.uniform(0.3, 0.9)
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
    x, y = rng.randrange(-40, max(-39, size - width // 2)), rng.randrange(height + 2, size)
    if not _covers(np.array([[x, y - height], [x + width, y]], np.float32), quads):
        cv2.putText(picture, text, (x, y), rng.choice(FONTS), scale, color, rng.choice([1, 1, 2]))


def overlap(first, second):
    """Whether the boxes around two sets of points come nearer than 4 px."""
    low, high = np.maximum(first.min(0), second.min(0)), np.minimum(first.max(0), second.max(0))
    return bool((high - low > -4).all())


def _covers(points, quads):
    return any(overlap(points, other) for other in quads)
