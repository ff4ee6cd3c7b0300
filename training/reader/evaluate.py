"""Judges the exported reader: `python3 -m reader.evaluate` prints, for every set of pictures, how many are read exactly right.

The sets are the held-out real pictures and rendered plates of each kind; the shipped ONNX file reads them by way of read_sets.mjs
(the server's own code, so run `npm run build` first), because no figure should come from anything but the file that is shipped.
"""

import argparse
import json
import random
import subprocess
from pathlib import Path

import numpy as np

from platerender.alphabet import COLORS
from platerender.kinds import KINDS, design_plate

from .samples import RenderedSamples, color_index, inside, load_split, read_image, train_and_validation, warp

# Far from the training's seeds, which begin at 1000.
SEED = 77_000_000
# 1.0 is the hardest that training shows, with some pictures past reading; 0.5 is half of every effect.
STRENGTHS = (0.5, 1.0)


def rendered_set(samples, kind, strength, count):
    rng = random.Random(f"{SEED}:{kind}:{strength}")
    # The type goes with the kind, whatever the number.
    plate_type = design_plate(random.Random(0), kind).plate_type
    drawn = [samples.draw(rng, kind, strength) for _ in range(count)]
    truth = [{"text": text, "color": COLORS[color], "type": plate_type, "doubleRow": upper > 0} for _, text, color, upper, _ in drawn]
    return f"{kind} @{strength}", [picture for picture, *_ in drawn], truth


def real_set(plates_dir, name, rows):
    """Crops whole, photos cut out at their labelled corners: the reader alone, without the detector's errors."""
    pictures, truth = [], []
    for row in rows:
        image = read_image(plates_dir, row)
        height, width = image.shape[:2]
        quad = row["corners"] or [[0, 0], [width, 0], [width, height], [0, height]]
        if row["file"].startswith("photos/") and (not row["corners"] or not inside(image, quad)):
            continue
        color = color_index(row)
        pictures.append(warp(image, quad))
        truth.append({"text": row["plate"], "color": COLORS[color] if color >= 0 else None, "file": row["file"]})
    return name, pictures, truth


def read(folder, name, pictures):
    """What the shipped file and the server's decoder make of the pictures."""
    planes = np.stack([picture[..., ::-1] for picture in pictures]).transpose(0, 3, 1, 2)
    path = folder / "set.bin"
    np.ascontiguousarray(planes).tofile(path)
    script = Path(__file__).with_name("read_sets.mjs")
    return json.loads(subprocess.run(["node", str(script), str(path)], check=True, capture_output=True, text=True).stdout)


def share(flags):
    flags = list(flags)
    return f"{100 * sum(flags) / len(flags):.1f}%" if flags else ""


def line(name, truth, readings):
    pairs = list(zip(truth, readings))
    sure = [(t, r) for t, r in pairs if r["confidence"] >= 0.9]
    colored = [(t, r) for t, r in pairs if t["color"]]
    typed = [(t, r) for t, r in pairs if "type" in t]
    cells = [
        name,
        len(pairs),
        share(r["greedy"] == t["text"] for t, r in pairs),
        share(r["text"] == t["text"] for t, r in pairs),
        share(r["text"][1:] == t["text"][1:] for t, r in pairs),
        share(r["color"] == t["color"] for t, r in colored),
        share(r["type"] == t["type"] for t, r in typed),
        share(r["doubleRow"] == t["doubleRow"] for t, r in typed),
        f"{share(r['confidence'] >= 0.9 for _, r in pairs)}, {share(r['text'] == t['text'] for t, r in sure)}",
    ]
    return f"| {' | '.join(map(str, cells))} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", default="../../shared/plates")
    parser.add_argument("--out", default="runs/reader-rows")
    parser.add_argument("--count", type=int, default=200, help="rendered pictures of each kind and strength")
    parser.add_argument("--dev", action="store_true", help="crops-dev too: look rarely, choose models on the held-out pictures")
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), help="of rendered plates")
    parser.add_argument("--misses", action="store_true")
    args = parser.parse_args()
    samples = RenderedSamples(args.plates)
    held_out = train_and_validation(args.plates)[1]
    sets = [real_set(args.plates, f"held out, {part}", [row for row in held_out if row["file"].startswith(part)]) for part in ("crops", "photos")]
    if args.dev:
        sets.append(real_set(args.plates, "crops-dev", load_split(args.plates, "crops-dev")))
    sets += [rendered_set(samples, kind, strength, args.count) for strength in STRENGTHS for kind in args.kinds]
    print("| set | pictures | exact, greedy | exact, with the formats | but for the first | colour | type | rows | confidence ≥ 90: share, of those exact |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, pictures, truth in sets:
        readings = read(Path(args.out), name, pictures)
        print(line(name, truth, readings), flush=True)
        if args.misses:
            for t, r in zip(truth, readings):
                if r["text"] != t["text"]:
                    print(f"    {t.get('file', '')} {t['text']} read {r['text']} greedy {r['greedy']} confidence {r['confidence']:.2f}")


if __name__ == "__main__":
    main()
