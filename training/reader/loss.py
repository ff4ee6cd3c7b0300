"""The reader's loss: CTC row by row, each character near its place, because CTC left to itself finds an alignment that can't work.

Over both rows as one sequence the network came to emit the first character in the upper row's first frame and all others below,
whatever the layout: good on one row, always wrong on two. Told the rows, it still emitted each row's first character in the first
frame, which does not see that far. Where the characters stand is known, near enough.
"""

import numpy as np
import torch
from torch.nn import functional as F

from .samples import MARGIN_X

BLANK = 0
# A character may be emitted this far from its middle, in shares of the plate's width: about one character and a third.
REACH = 0.16
# What a character costs beyond: e^-14, so that no alignment is worth it, yet every loss stays finite.
FORBIDDEN = -14.0


def loss_of(model, batch):
    """(loss, its CTC part) of a batch (images, labels, colour classes, characters in the upper row, middles)."""
    images, labels, colors, uppers, middles = batch
    device = model.place.device
    x = torch.from_numpy(images).to(device).float().contiguous(memory_format=torch.channels_last)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        logits, color, double = model(x)
    log_probs = F.log_softmax(logits.float(), 2)
    upper, lower = log_probs.chunk(2, 1)
    rows = [(lower, [(label[top:], spots[top:]) for label, top, spots in zip(labels, uppers, middles)])]
    rows.append((upper, [(label[:top], spots[:top]) for label, top, spots in zip(labels, uppers, middles)]))
    parts = [_row_loss(frames, row) for frames, row in rows]
    count = sum(map(len, labels))
    loss, ctc = (sum(part[index] for part in parts) / count for index in (0, 1))
    color_loss = F.cross_entropy(color.float(), torch.tensor(colors, device=device), ignore_index=-1)
    double_loss = F.binary_cross_entropy_with_logits(double.float(), torch.tensor([float(top > 0) for top in uppers], device=device))
    return loss + 0.4 * color_loss + 0.1 * double_loss, float(ctc)


def _row_loss(log_probs, row):
    """(loss, CTC) summed over the batch; an empty row must be blank in every frame."""
    device = log_probs.device
    empty = torch.tensor([not label for label, _ in row], device=device)
    blanks = -log_probs[empty, :, BLANK].sum()
    filled = [(label, spots) for label, spots in row if label]
    if not filled:
        return blanks, blanks.detach()
    kept = log_probs[~empty]
    bounded = (kept + _bounds(filled, *kept.shape[1:]).to(device)).transpose(0, 1)
    lengths = torch.tensor([len(label) for label, _ in filled])
    flat = torch.tensor([index for label, _ in filled for index in label], device=device)
    frames = torch.full((len(filled),), bounded.shape[0], dtype=torch.long)
    ctc = F.ctc_loss(bounded, flat, frames, lengths, reduction="sum")
    # The gradient built into ctc_loss takes its input to sum to 1 in each frame; bounded, it does not. What it adds for that is
    # taken off again here, and a forbidden character is pushed down in full.
    excess = (bounded.exp().detach() * kept.transpose(0, 1)).sum()
    return blanks + ctc - excess, (blanks + ctc).detach()


def _bounds(filled, frames, classes):
    """What is added to each log posterior: 0 near the places of a character, FORBIDDEN elsewhere in its class."""
    bounds = np.zeros((len(filled), frames, classes), np.float32)
    centers = ((np.arange(frames) + 0.5) / frames) * (1 + 2 * MARGIN_X) - MARGIN_X
    for item, (label, spots) in zip(bounds, filled):
        near = np.abs(centers[:, None] - np.array(spots)) <= REACH
        for index in set(label):
            places = [place for place, other in enumerate(label) if other == index]
            item[~near[:, places].any(1), index] = FORBIDDEN
    return torch.from_numpy(bounds)
