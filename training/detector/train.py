"""Trains the plate detector: `python3 -m detector.train --plates DIR` from the folder `training`; resumes from its checkpoint."""

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.nn import functional as F

from batches import Batches
from checkpoints import Run, first_step
from reader.samples import inside, read_image, train_and_validation

from .find import find_plates
from .model import PlateDetector
from .scenes import Scenes, targets


class Drawing:
    """`draw(rng, k)`: the k-th batch of scenes and what is to be said of them."""

    def __init__(self, args):
        self._scenes = Scenes(args.plates, train_and_validation(args.plates, corners=args.corners)[0])
        self._batch = args.batch

    def draw(self, rng, _index):
        drawn = [self._scenes.draw(rng) for _ in range(self._batch)]
        goals = [targets(quads) for _, quads in drawn]
        images = np.stack([picture[..., ::-1] for picture, _ in drawn]).transpose(0, 3, 1, 2)
        return np.ascontiguousarray(images), *(np.stack(part) for part in zip(*goals))


def loss_of(model, batch):
    device = model.score.weight.device
    images, heat, offsets, weights = (torch.from_numpy(part).to(device) for part in batch)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        logits, corners = model(images.float().contiguous(memory_format=torch.channels_last))
    logits, corners = logits.float()[:, 0], corners.float()
    score = torch.sigmoid(logits).clamp(1e-5, 1 - 1e-5)
    peaks = (heat >= 0.999).float()
    # CenterNet's focal loss: near a peak a miss costs less.
    positive = -peaks * (1 - score) ** 2 * torch.log(score)
    negative = -(1 - peaks) * (1 - heat) ** 4 * score**2 * torch.log(1 - score)
    focal = (positive.sum() + negative.sum()) / peaks.sum().clamp(min=1)
    off = F.smooth_l1_loss(corners * weights[:, None], offsets * weights[:, None], reduction="none", beta=0.03)
    corner = off.sum() / (8 * (weights > 0).sum().clamp(min=1))
    return focal + 12.0 * corner, float(focal), float(corner)


def validate(model, plates_dir, rows, limit=60):
    """Share of the held-out photos whose plate is the surest find (corners off by under a quarter), and the median corner error / plate width."""
    judged, found, errors = 0, 0, []
    rows = [row for row in rows if row["file"].startswith("photos/") and row["corners"]][:limit]
    for row in rows:
        image = read_image(plates_dir, row)
        if not inside(image, row["corners"]):
            continue
        judged += 1
        quad = np.array(row["corners"], np.float32)
        for plate in find_plates(model, image)[:1]:
            error = np.linalg.norm(plate[1] - quad, axis=1).mean() / np.linalg.norm(quad[1] - quad[0])
            found += error < 0.25
            errors.append(error)
    return found / max(1, judged), float(np.median(errors)) if errors else 1.0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", default="../../shared/plates")
    parser.add_argument("--corners", help="what corners.mjs wrote, for the crops without labelled corners")
    parser.add_argument("--out", default="runs/detector")
    parser.add_argument("--steps", type=int, default=12000)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--minutes", type=float, default=1e9, help="the schedule ends after this many minutes, or after --steps")
    parser.add_argument("--init", help="weights to start from")
    parser.add_argument("--seed", default="detector", help="of the pictures; any text")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw")
    parser.add_argument("--device", default="cpu", help="cpu, or cuda")
    args = parser.parse_args()
    # Forked while OpenCV has threads of its own, the drawing processes hang (seen on 16 cores).
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    torch.manual_seed(1)
    # The processes are forked before CUDA starts: it does not survive a fork.
    batches = Batches(Drawing(args).draw, args.seed, first_step(args.out), args.workers)
    model = PlateDetector().to(args.device, memory_format=torch.channels_last)
    run = Run(model, args.lr, 0.01, Path(args.out), args.init)
    held_out = train_and_validation(args.plates)[1]
    started, focal_run, corner_run = time.time(), 0.0, 0.0
    while True:
        now = run.spent + (time.time() - started) / 60
        progress = max(run.step / args.steps, now / args.minutes)
        if progress >= 1:
            break
        for group in run.optimizer.param_groups:
            group["lr"] = args.lr * min(1.0, run.step / 200) * (0.5 * (1 + np.cos(np.pi * progress)) + 0.01)
        run.model.train()
        loss, focal, corner = loss_of(run.model, batches.next())
        run.descend(loss, 10.0)
        step = run.step
        keep = 0.98 if step > 1 else 0.0
        focal_run, corner_run = keep * focal_run + (1 - keep) * focal, keep * corner_run + (1 - keep) * corner
        if step % 50 == 0:
            print(f"step {step} minutes {now:.1f} focal {focal_run:.4f} corner {corner_run:.4f}", flush=True)
        if step % 500 == 0:
            print(f"step {step} validation found, corner error {validate(run.average, args.plates, held_out)}", flush=True)
            run.save_checkpoint(now)
    run.save_final()
    print(f"done after {run.step} steps: validation {validate(run.average, args.plates, held_out)}", flush=True)
    batches.stop()


if __name__ == "__main__":
    main()
