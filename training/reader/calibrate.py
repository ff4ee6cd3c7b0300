"""Fits what a confidence is worth: of held-out pictures with such a raw confidence, how many were read exactly right."""

import random

import numpy as np
import torch
from torch.nn import functional as F

from platerender.camera import degrade

from .decode import greedy_text
from .samples import CLASS_OF, train_and_validation, inside, read_image, warp

# Each held-out picture is also read worsened, so that low confidences are met often enough to be measured.
REPEATS = 6


def calibration(model, plates_dir):
    """[[raw, calibrated], ...], rising, for linear interpolation; by isotonic regression over the held-out pictures."""
    raw, right = _measure(model, plates_dir)
    order = np.argsort(raw)
    raw, right = raw[order], right[order]
    levels = _isotonic(right)
    points = [[0.0, 0.0]]
    for value in np.unique(np.quantile(raw, np.linspace(0.05, 1.0, 12))):
        near = np.abs(np.arange(len(raw)) - np.searchsorted(raw, value)) <= max(5, len(raw) // 40)
        points.append([round(float(value), 4), round(float(min(0.995, max(points[-1][1], levels[near].mean()))), 4)])
    return points


def _measure(model, plates_dir):
    rng = random.Random(11)
    raw, right = [], []
    for row in train_and_validation(plates_dir)[1]:
        image = read_image(plates_dir, row)
        height, width = image.shape[:2]
        quad = row["corners"] or [[0, 0], [width, 0], [width, height], [0, height]]
        if row["file"].startswith("photos/") and (not row["corners"] or not inside(image, quad)):
            continue
        for repeat in range(REPEATS):
            picture = warp(image, quad, rng, 0.02)
            picture = picture if repeat < 3 else degrade(rng, picture, 0.9)
            with torch.no_grad():
                logits = model(torch.from_numpy(picture[..., ::-1].transpose(2, 0, 1).copy()).float()[None])[0][0]
            text = greedy_text(logits.argmax(1).numpy())
            raw.append(raw_confidence(logits, text))
            right.append(text == row["plate"])
    return np.array(raw), np.array(right, np.float64)


def raw_confidence(logits, text):
    """The probability of `text` over all of its alignments, as the server's beam search gives it."""
    if not text:
        return 0.0
    log_probs = F.log_softmax(logits, 1)[:, None]
    label = torch.tensor([CLASS_OF[char] for char in text])
    loss = F.ctc_loss(log_probs, label, torch.tensor([len(logits)]), torch.tensor([len(label)]), reduction="sum")
    return float(torch.exp(-loss))


def _isotonic(values):
    """Pool adjacent violators: the closest rising sequence."""
    blocks = []
    for value in values:
        blocks.append([value, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (high, n), (low, m) = blocks[-2], blocks.pop()
            blocks[-1] = [(high * n + low * m) / (n + m), n + m]
    return np.concatenate([np.full(count, value) for value, count in blocks])
