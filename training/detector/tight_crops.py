"""Scenes that are all plate: what a user uploads who has cut the plate out."""

import cv2
import numpy as np

from reader.samples import RenderedSamples, read_image

from .decoys import overlap


class TightCrops:
    """Real crops whose corners are known, and rendered plates cut out as tightly."""

    def __init__(self, plates_dir, rows):
        self._rendered = RenderedSamples(plates_dir)
        self._crops = []
        for row in rows:
            corners = row["corners"] or row.get("found_corners")
            if row["file"].startswith("crops/") and corners:
                self._crops.append((read_image(plates_dir, row), np.array(corners, np.float32)))

    def draw(self, rng, size):
        """(size x size BGR picture, corners of its plates): up to three crops on grey, at the picture's edges or in its midst as the engine pads them."""
        picture = np.full((size, size, 3), rng.randrange(100, 125), np.uint8)
        quads, taken = [], []
        for _ in range(rng.choice([1, 2, 3])):
            image, quad = rng.choice(self._crops) if self._crops and rng.random() < 0.6 else self._cut_out(rng)
            small, quad = _shown(image, quad, 40.0 * (size / 40.0) ** rng.random(), size)
            height, width = small.shape[:2]
            # At an edge on each axis in two of three.
            left, top = (int(free * rng.choice([0.0, 1.0, rng.random()])) for free in (size - width, size - height))
            box = np.array([[left, top], [left + width, top + height]])
            if any(overlap(box, other) for other in taken):
                continue
            taken.append(box)
            picture[top : top + height, left : left + width] = small
            quads.append((quad + [left, top]).astype(np.float32))
        return picture, quads

    def _cut_out(self, rng):
        """A rendered plate by the upright box around it, a little left around it or a little cut off."""
        scene, quad, _, _ = self._rendered.scene(rng, None, 0.4, (60.0, 300.0))
        low, high = quad.min(0), quad.max(0)
        start = np.maximum(low - [rng.uniform(-0.02, 0.1) * side for side in high - low], 0).astype(int)
        end = np.minimum(high + [rng.uniform(-0.02, 0.1) * side for side in high - low], scene.shape[1::-1]).astype(int)
        return scene[start[1] : end[1], start[0] : end[0]], (quad - start).astype(np.float32)


def _shown(image, quad, long_side, size):
    """The crop and its quad, `long_side` pixels wide and no higher than `size`."""
    height, width = image.shape[:2]
    scale = min(long_side / width, size / height)
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(image, (max(8, round(width * scale)), max(8, round(height * scale))), interpolation=interpolation)
    return small, quad * np.array([small.shape[1] / width, small.shape[0] / height], np.float32)
