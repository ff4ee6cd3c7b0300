"""The reader's loss: CTC row by row, because CTC left to itself puts a character wherever it first happened to work.

Over both rows as one sequence the network came to emit the first character in the upper row's first frame and all others below,
whatever the layout: good on one row, always wrong on two. So each row is told what stands in it; a plate of one row is the lower's.
"""

import torch
from torch.nn import functional as F

BLANK = 0


def loss_of(model, batch):
    """(loss, its CTC part) of a batch (images, labels, colour classes, characters in the upper row)."""
    images, labels, colors, uppers = batch
    x = torch.from_numpy(images).float().to(memory_format=torch.channels_last)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits, color, double = model(x)
    log_probs = F.log_softmax(logits.float(), 2)
    upper, lower = log_probs.chunk(2, 1)
    ctc = _row_loss(lower, [label[top:] for label, top in zip(labels, uppers)])
    ctc = ctc + _row_loss(upper, [label[:top] for label, top in zip(labels, uppers)])
    ctc = ctc / sum(map(len, labels))
    color_loss = F.cross_entropy(color.float(), torch.tensor(colors), ignore_index=-1)
    double_loss = F.binary_cross_entropy_with_logits(double.float(), torch.tensor([float(top > 0) for top in uppers]))
    return ctc + 0.2 * color_loss + 0.1 * double_loss, float(ctc)


def _row_loss(log_probs, labels):
    """Sum over the batch; an empty row must be blank in every frame."""
    empty = torch.tensor([not label for label in labels])
    blanks = -log_probs[empty, :, BLANK].sum()
    lengths = [len(label) for label in labels if label]
    if not lengths:
        return blanks
    flat = torch.tensor([index for label in labels for index in label])
    kept = log_probs[~empty].transpose(0, 1)
    frames = torch.full((len(lengths),), kept.shape[0], dtype=torch.long)
    return blanks + F.ctc_loss(kept, flat, frames, torch.tensor(lengths), reduction="sum", zero_infinity=True)
