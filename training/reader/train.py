"""Trains the plate reader: `python3 -m reader.train --plates DIR` from the folder `training`; resumes from its checkpoint."""

import argparse
import multiprocessing as mp
import random
import signal
import time
from contextlib import nullcontext
from pathlib import Path

import cv2
import numpy as np
import torch

from batches import Batches
from checkpoints import Run, first_step
from platerender.alphabet import CHARACTERS, COLORS
from platerender.real_characters import RealCharacters

from .decode import greedy_text
from .loss import loss_of
from .model import PlateReader
from .samples import CLASS_OF, RealSamples, RenderedSamples, inside, read_image, train_and_validation, warp

# Kinds of two rows: the real pictures hold hardly any, so the validation draws them.
DOUBLE_KINDS = ("yellow_double", "trailer", "military_double", "tractor")


class Drawing:
    """`draw(rng, k)`: the k-th batch, from easy to hard over the first `easy_steps`."""

    def __init__(self, args):
        characters = RealCharacters(args.plates)
        self._rendered = RenderedSamples(args.plates, characters)
        self._real = RealSamples(args.plates, train_and_validation(args.plates, corners=args.corners)[0], characters)
        self._real_share, self._easy_steps, self._batch = args.real_share, args.easy_steps, args.batch

    def draw(self, rng, index):
        # Easy pictures first: CTC starts by emitting nothing at all, and only legible plates lead it out of that.
        strength = min(1.0, 0.15 + index / self._easy_steps)
        samples = [self._real.draw(rng) if rng.random() < self._real_share else self._rendered.draw(rng, strength=strength) for _ in range(self._batch)]
        images = np.stack([sample[0][..., ::-1] for sample in samples]).transpose(0, 3, 1, 2)
        labels = [[CLASS_OF[char] for char in sample[1]] for sample in samples]
        return np.ascontiguousarray(images), labels, [s[2] for s in samples], [s[3] for s in samples], [s[4] for s in samples]


def validation_pictures(plates_dir):
    """Held-out real pictures, warped once, and rendered ones of each layout: (name, image, text)."""
    rng, rendered = random.Random(5), RenderedSamples(plates_dir)
    pictures = [("double", *rendered.draw(rng, kind, 0.5)[:2]) for kind in DOUBLE_KINDS for _ in range(40)]
    pictures += [("single", *rendered.draw(rng, "blue", 0.5)[:2]) for _ in range(160)]
    for row in train_and_validation(plates_dir)[1]:
        image = read_image(plates_dir, row)
        height, width = image.shape[:2]
        quad = row["corners"]
        if quad is None:
            if row["file"].startswith("photos/"):
                continue
            quad = [[0, 0], [width, 0], [width, height], [0, height]]
        if row["file"].startswith("photos/") and not inside(image, quad):
            continue
        pictures.append((row["file"].split("/")[0], warp(image, quad), row["plate"]))
    return pictures


def exact(model, pictures):
    """Share of pictures read exactly right, by group."""
    model.eval()
    device = model.place.device
    right, total = {}, {}
    for start in range(0, len(pictures), 64):
        part = pictures[start : start + 64]
        x = torch.from_numpy(np.stack([p[1][..., ::-1] for p in part]).transpose(0, 3, 1, 2).copy()).float()
        with torch.no_grad():
            texts = [greedy_text(frames) for frames in model(x.to(device))[0].argmax(2).cpu().numpy()]
        for (group, _, text), read in zip(part, texts):
            total[group] = total.get(group, 0) + 1
            right[group] = right.get(group, 0) + (read == text)
    return {group: right[group] / total[group] for group in sorted(total)}


class Schedule:
    """The share of the first learning rate: the same, then a cosine down over the last steps. Counted in steps: a run may be paused."""

    def __init__(self, steps, descent):
        self.steps, self._descent = steps, descent

    def share(self, step):
        progress = max(0.0, 1 - (self.steps - step) / self._descent)
        return 0.5 * (1 + np.cos(np.pi * progress)) + 0.01

    def descend(self, step):
        self.steps = min(self.steps, step + self._descent)
        print(f"descends from step {step}: --steps {self.steps}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", default="../../shared/plates")
    parser.add_argument("--corners", help="what corners.mjs wrote, for the pictures without labelled corners")
    parser.add_argument("--out", default="runs/reader")
    parser.add_argument("--steps", type=int, default=16000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--warm-steps", type=int, default=300, help="steps in which the learning rate rises")
    parser.add_argument("--descent", type=int, help="the last steps, in which the learning rate falls; it stays the same before. Without: over all steps")
    parser.add_argument("--real-share", type=float, default=0.5)
    parser.add_argument("--init", help="weights to start from")
    parser.add_argument("--easy-steps", type=int, default=4000, help="steps in which the pictures get from easy to hard")
    parser.add_argument("--one-core", action="store_true", help="drawing and training take turns, for machines that have other work")
    parser.add_argument("--seed", default="reader", help="of the pictures; any text")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw")
    parser.add_argument("--device", default="cpu", help="cpu, or cuda")
    args = parser.parse_args()
    # Forked while OpenCV has threads of its own, the drawing processes hang (seen on 16 cores).
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    torch.manual_seed(1)
    turn = mp.Lock() if args.one_core else None
    drawing = Drawing(args)
    # The processes are forked before CUDA starts: it does not survive a fork.
    model = PlateReader(len(CHARACTERS), len(COLORS))
    batches = Batches(drawing.draw, args.seed, first_step(args.out), args.workers, turn)
    model = model.to(args.device, memory_format=torch.channels_last)
    run = Run(model, args.lr, 0.02, Path(args.out), args.init)
    pictures = validation_pictures(args.plates)
    started, running = time.time(), 0.0
    schedule = Schedule(args.steps, args.descent or args.steps)
    # Time runs out on a shared machine: `kill -USR1` ends the constant part here. The steps it prints, given as --steps, repeat the run.
    signal.signal(signal.SIGUSR1, lambda *_: schedule.descend(run.step))
    while run.step < schedule.steps:
        now = run.spent + (time.time() - started) / 60
        warm = min(1.0, run.step / args.warm_steps)
        for group in run.optimizer.param_groups:
            group["lr"] = args.lr * warm * schedule.share(run.step)
        model.train()
        batch = batches.next()
        with turn or nullcontext():
            loss, ctc = loss_of(model, batch)
            run.descend(loss, 5.0)
        step = run.step
        running = 0.98 * running + 0.02 * ctc if step > 1 else ctc
        if step % 25 == 0:
            print(f"step {step} minutes {now:.1f} ctc {running:.4f}", flush=True)
        if step % 150 == 0:
            print(f"step {step} validation {exact(run.average, pictures)}", flush=True)
            run.save_checkpoint(now)
    run.save_final()
    print(f"done after {run.step} steps: validation {exact(run.average, pictures)}", flush=True)
    batches.stop()


if __name__ == "__main__":
    main()
