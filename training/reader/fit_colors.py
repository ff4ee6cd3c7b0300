"""Trains the reader's colour head anew on all else as it is: `python3 -m reader.fit_colors --weights runs/reader/final.pt`.

On the road nearly every number of the common shape is blue, and trained along with the rest the head says so even of black plates.
Here every colour comes equally often, except in grey pictures, where black and yellow can't be told and blue is the best guess. Some minutes; writes `with-colors.pt` beside the weights.
"""

import argparse
import random
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from platerender.alphabet import CHARACTERS, COLORS
from platerender.kinds import KINDS

from .model import PlateReader
from .samples import RealSamples, RenderedSamples, train_and_validation

# The common shape of a number stands on these; the other kinds are told by their characters as well.
COMMON = ("blue", "yellow_single", "black_foreign")


def is_gray(picture):
    return (np.ptp(picture, axis=2) < 12).mean() > 0.98


def draw(rng, rendered, real, count):
    """[(picture, colour class)]: a third real, a third of the common kinds, a third of the others."""
    samples = []
    while len(samples) < count:
        turn = len(samples) % 3
        kind = rng.choice(COMMON if turn == 1 else list(KINDS))
        picture, _, color, *_ = real.draw(rng) if turn == 0 else rendered.draw(rng, kind, strength=rng.uniform(0.3, 1.0))
        is_guess = is_gray(picture) and color in (COLORS.index("BLACK"), COLORS.index("YELLOW")) and (turn == 0 or kind in COMMON)
        if color >= 0 and not is_guess:
            samples.append((picture, color))
    return samples


def features(model, pictures):
    """What the head sees: the means of an early and of the last map."""
    x = torch.from_numpy(np.stack([p[..., ::-1] for p in pictures]).transpose(0, 3, 1, 2).copy()).float()
    with torch.no_grad():
        stem = model.stem((x - 127.5) / 64.0)
        return torch.cat([stem.mean((2, 3)), model.body(stem).mean((2, 3))], 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", default="../../shared/plates")
    parser.add_argument("--corners", help="what corners.mjs wrote")
    parser.add_argument("--weights", default="runs/reader/final.pt")
    parser.add_argument("--count", type=int, default=15000)
    parser.add_argument("--epochs", type=int, default=60)
    args = parser.parse_args()
    torch.manual_seed(3)
    rng = random.Random(3)
    saved = torch.load(args.weights)
    model = PlateReader(len(CHARACTERS), len(COLORS))
    model.load_state_dict(saved["average"])
    model.eval()
    samples = draw(rng, RenderedSamples(args.plates), RealSamples(args.plates, train_and_validation(args.plates, corners=args.corners)[0]), args.count)
    x = torch.cat([features(model, [p for p, _ in samples[i : i + 64]]) for i in range(0, len(samples), 64)])
    y = torch.tensor([color for _, color in samples])
    kept = torch.arange(len(y)) % 10 != 0
    optimizer = torch.optim.AdamW(model.color.parameters(), lr=2e-3, weight_decay=0.01)
    weight = 1.0 / torch.bincount(y[kept], minlength=len(COLORS)).clamp(min=1).float().sqrt()
    for epoch in range(args.epochs):
        order = torch.nonzero(kept)[:, 0][torch.randperm(int(kept.sum()))]
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * (1 - epoch / args.epochs)
        for index in order.split(256):
            loss = F.cross_entropy(model.color(x[index]), y[index], weight=weight)
            optimizer.zero_grad(), loss.backward(), optimizer.step()
        if epoch % 10 == 9:
            with torch.no_grad():
                right = (model.color(x[~kept]).argmax(1) == y[~kept]).float().mean()
            print(f"epoch {epoch + 1} loss {float(loss):.4f} right on the tenth left out {float(right):.4f}", flush=True)
    path = Path(args.weights).with_name("with-colors.pt")
    torch.save({**saved, "average": model.state_dict()}, path)


if __name__ == "__main__":
    main()
