"""Characters cut from real plates (`characters.tar`), as ink masks like those of the templates."""

import tarfile
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

# Between the dark and the light of a character; below, even people guess.
LEAST_CONTRAST = 30.0
PER_CHARACTER = 400


class RealCharacters:
    """`mask(rng, char)` gives a float32 mask (0 = plate, 1 = ink), or None where no real one is at hand."""

    def __init__(self, plates_dir):
        self._masks = {}
        archive = Path(plates_dir) / "characters.tar"
        if not archive.exists():
            return
        with tarfile.open(archive) as tar:
            for member in tar:
                name = PurePosixPath(member.name)
                kept = self._masks.setdefault(name.parent.name, [])
                if not member.isfile() or len(kept) >= PER_CHARACTER:
                    continue
                image = cv2.imdecode(np.frombuffer(tar.extractfile(member).read(), np.uint8), cv2.IMREAD_COLOR)
                mask = None if image is None else _ink(image)
                if mask is not None:
                    kept.append(mask)

    def mask(self, rng, char):
        # None of the letter O were cut out; on plates it has the digit's shape.
        masks = self._masks.get("0" if char == "O" else char)
        return rng.choice(masks) if masks else None


def _ink(image):
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    low, high = np.percentile(gray, (15, 95))
    blue, _, red = np.median(image.reshape(-1, 3), 0)
    # Light on blue, dark on yellow; what is grey was blue.
    if red > blue + 25:
        low, high = np.percentile(gray, (85, 5))
    if abs(high - low) < LEAST_CONTRAST:
        return None
    return ((gray - low) / (high - low)).clip(0, 1)
