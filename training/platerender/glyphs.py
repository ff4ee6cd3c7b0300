"""Ink masks of the characters: the real glyph shapes where there is a template, a system font elsewhere."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

# 民航军空… have no template; a CJK font of the system stands in (Debian: fonts-wqy-zenhei).
FALLBACK_FONTS = ["/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"]


class GlyphSet:
    """Loads masks (float32, 0 = plate, 1 = ink) by character and use."""

    def __init__(self, plates_dir):
        self._folder = Path(plates_dir) / "glyphs" / "characters"
        self._backgrounds = Path(plates_dir) / "glyphs" / "plates"

    @lru_cache(maxsize=None)
    def mask(self, char, use):
        """`use` is "single" (440x140), "green" (480x140), "top" or "bottom" (the rows of 440x220)."""
        for name in self._names(char, use):
            path = self._folder / f"{name}.jpg"
            if path.exists():
                return _ink(cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE))
        return _from_font(char)

    @lru_cache(maxsize=None)
    def background(self, name, width, height):
        """The bare plate `name` with its border, holes and dot, BGR float32 of `width` x `height`; None where there is no template."""
        path = self._backgrounds / f"{name}.PNG"
        if not path.exists():
            return None
        image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
        return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)

    @staticmethod
    def _names(char, use):
        if use == "green":
            return [f"green_{char}", f"140_{char}"]
        if use == "top":
            return [f"220_up_{char}", f"220_{char}", f"140_{char}"]
        if use == "bottom":
            return [f"220_down_{char}", f"220_{char}", f"140_{char}"]
        return [f"140_{char}", f"220_{char}"]


def _ink(gray):
    # Every template is dark on white; letters such as E fill the border, so the border can't tell.
    return 1.0 - gray.astype(np.float32) / 255.0


def _from_font(char):
    font = next(path for path in FALLBACK_FONTS if Path(path).exists())
    image = Image.new("L", (128, 128), 0)
    ImageDraw.Draw(image).text((4, -6), char, fill=255, font=ImageFont.truetype(font, 120), stroke_width=3, stroke_fill=255)
    pixels = np.asarray(image)
    ys, xs = np.nonzero(pixels)
    return pixels[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1].astype(np.float32) / 255.0
