"""Draws the test sets of every kind for `npm run bench:engine`: `python3 -m reader.kind_sets --plates DIR --out FOLDER`.

For each kind `--count` pictures of a rendered plate, in everything that `platerender.camera` does (strength 1) and seen from up to 60°
aside, with corners off by 3%, as a good detector gives them. `sets.jsonl` names each picture, the corners,
the truth, the width in pixels seen from the front, and whether the picture is grey, in which no colour is to be seen.
"""

import argparse
import json
import random
from pathlib import Path

import cv2
import numpy as np

from platerender.kinds import KINDS, design_plate

from .samples import RenderedSamples, jittered

# Far from the training's seeds, which begin at 1000.
SEED = 77_000_000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", default="../../shared/plates")
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, default=300)
    args = parser.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    samples = RenderedSamples(args.plates)
    with (out / "sets.jsonl").open("w") as lines:
        for kind in KINDS:
            rng = random.Random(f"{SEED}:{kind}")
            # The type goes with the kind, whatever the number.
            plate_type = design_plate(random.Random(0), kind).plate_type
            for index in range(args.count):
                scene, quad, plate, width = samples.scene(rng, kind)
                file = f"{kind}-{index}.png"
                cv2.imwrite(str(out / file), scene)
                line = {
                    "file": file,
                    "kind": kind,
                    "corners": np.round(jittered(np.asarray(quad, np.float32), rng, 0.03, slant=0), 2).tolist(),
                    "plate": plate.text,
                    "color": plate.color,
                    "type": plate_type,
                    "width": round(width, 1),
                    "gray": bool((np.ptp(scene, axis=2) < 12).mean() > 0.98),
                }
                lines.write(json.dumps(line, ensure_ascii=False, default=float) + "\n")


if __name__ == "__main__":
    main()
