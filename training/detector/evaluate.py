"""Judges the exported detector: `python3 -m detector.evaluate` prints how many plates it finds, how exactly, and what it finds in vain.

The shipped ONNX file is run by find_plates.mjs, which uses the server's own code (so run `npm run build` first). Parts of the
photos that show no labelled plate, and the negatives, are searched too: whatever is found there is a false find.
"""

import argparse
import json
import random
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from reader.samples import inside, load_split, read_image, train_and_validation

# The patches without a plate that are searched; training pastes all of them as decoys, so they flatter.
NEGATIVES = 200
# A part cut out of a photo for having no plate in it is at least this large, and this far from the labelled plate.
MIN_CUT, CUT_MARGIN = 160, 0.15


def labelled_photos(plates_dir, split):
    """The photos whose labelled corners lie in the picture: some were cut from a larger one, and their label is still of that."""
    rows = train_and_validation(plates_dir)[1] if split == "held-out" else load_split(plates_dir, split)
    photos = [row for row in rows if row["file"].startswith("photos/") and row["corners"]]
    kept = [row for row in photos if inside(read_image(plates_dir, row), row["corners"])]
    if len(kept) < len(photos):
        print(f"{len(photos) - len(kept)} photos left out: their labelled corners lie outside the picture.")
    return kept


def find(pictures, models, long_side, threshold):
    """What the exported file finds in [{path, cut?}]: per picture the finds, best first, and the milliseconds it took."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"models": str(Path(models).resolve()), "pictures": pictures, "longSide": long_side, "threshold": threshold}, file)
        file.flush()
        script = Path(__file__).with_name("find_plates.mjs")
        answer = subprocess.run(["node", str(script), file.name], check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(answer)


def box_iou(first, second):
    first, second = np.asarray(first), np.asarray(second)
    low, high = np.maximum(first.min(0), second.min(0)), np.minimum(first.max(0), second.max(0))
    shared = np.prod(np.maximum(high - low, 0))
    return shared / (np.prod(np.ptp(first, 0)) + np.prod(np.ptp(second, 0)) - shared)


def corner_error(quad, truth):
    """The mean distance of the four corners from the labelled ones, in widths of the plate."""
    quad, truth = np.asarray(quad), np.asarray(truth)
    return np.linalg.norm(quad - truth, axis=1).mean() / np.linalg.norm(truth[1] - truth[0])


def plate_line(name, rows, outcomes, misses):
    found, errors, extra = 0, [], 0
    for row, outcome in zip(rows, outcomes):
        finds = outcome["finds"]
        hits = [f for f in finds if box_iou(f["quad"], row["corners"]) >= 0.5]
        found += bool(hits)
        extra += len(finds) - len(hits)
        if hits:
            errors.append(corner_error(hits[0]["quad"], row["corners"]))
        if misses and (not hits or len(finds) > len(hits)):
            scores = " ".join(f"{f['score']:.2f}@{np.mean(f['quad'], 0).round().astype(int).tolist()}" for f in finds)
            print(f"    {'missed' if not hits else 'extra'} {row['file']} {scores}")
    errors = np.array(errors or [np.nan])
    within = f"{100 * (errors <= 0.05).mean():.1f}%"
    cells = [name, len(rows), f"{100 * found / len(rows):.1f}%", f"{100 * np.median(errors):.1f}%", f"{100 * np.quantile(errors, 0.95):.1f}%", within, extra]
    return "| " + " | ".join(map(str, cells)) + f" | {np.median([o['ms'] for o in outcomes]):.0f} |"


def plateless_cuts(plates_dir, rows):
    """The largest strip of each photo above, below, left or right of its plate. Another car's plate may be in it: see --misses."""
    cuts = []
    for row in rows:
        image = read_image(plates_dir, row)
        height, width = image.shape[:2]
        quad = np.array(row["corners"])
        (x0, y0), (x1, y1) = quad.min(0), quad.max(0)
        margin = CUT_MARGIN * (x1 - x0) + 4
        top, bottom, left, right = (int(v) for v in (y0 - margin, y1 + margin, x0 - margin, x1 + margin))
        strips = [(0, 0, width, top), (0, bottom, width, height - bottom), (0, 0, left, height), (right, 0, width - right, height)]
        best = max(strips, key=lambda strip: max(strip[2], 0) * max(strip[3], 0))
        if min(best[2:]) >= MIN_CUT:
            cuts.append({"path": str(Path(plates_dir) / row["file"]), "cut": best})
    return cuts


def false_line(name, pictures, outcomes, misses):
    false = [len(outcome["finds"]) for outcome in outcomes]
    if misses:
        for picture, outcome in zip(pictures, outcomes):
            for f in outcome["finds"]:
                print(f"    false {Path(picture['path']).name} {picture.get('cut', '')} {f['score']:.2f} {np.round(f['quad']).astype(int).tolist()}")
    return f"| {name} | {len(false)} | {sum(false)} | {sum(n > 0 for n in false)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", default="../../shared/plates")
    parser.add_argument("--models", default="../models", help="folder of detector.onnx and detector.json")
    parser.add_argument("--split", default="held-out", help="held-out (default), or a split of the manifest; look at the dev splits rarely")
    parser.add_argument("--long-side", type=int, nargs="*", default=[512], help="pixels of the longer side in the look")
    parser.add_argument("--threshold", type=float, nargs="*", default=[None], help="instead of the settings' scoreThreshold")
    parser.add_argument("--no-false", action="store_true", help="do not search parts without a plate")
    parser.add_argument("--misses", action="store_true")
    args = parser.parse_args()
    rows = labelled_photos(args.plates, args.split)
    photos = [{"path": str(Path(args.plates) / row["file"])} for row in rows]
    cuts = [] if args.no_false else plateless_cuts(args.plates, rows)
    patches = [] if args.no_false else sorted((Path(args.plates) / "negatives").glob("*"))
    negatives = [{"path": str(path)} for path in random.Random(11).sample(patches, min(NEGATIVES, len(patches)))]
    print("| photos | labelled | found | corner error, median | 95% of them below | within 5% | further finds | ms |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    false_lines = []
    for long_side in args.long_side:
        for threshold in args.threshold:
            name = " ".join([args.split] + [str(setting) for setting in (long_side, threshold) if setting])
            outcomes = find(photos + cuts + negatives, args.models, long_side, threshold)
            print(plate_line(name, rows, outcomes, args.misses), flush=True)
            for kind, pictures, answers in (("parts without a plate", cuts, outcomes[len(photos) :][: len(cuts)]), ("negatives", negatives, outcomes[len(photos) + len(cuts) :])):
                if pictures:
                    false_lines.append(false_line(f"{name}, {kind}", pictures, answers, args.misses))
    if false_lines:
        print("\n| nothing to find | pictures | false finds | pictures with any |\n| --- | --- | --- | --- |")
        print("\n".join(false_lines))


if __name__ == "__main__":
    main()
