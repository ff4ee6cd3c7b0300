"""The held-out tenth of the `train` split as a folder that `npm run bench:engine` takes: `python3 -m held_out --plates DIR --out HELD`.

Models and thresholds are chosen on it, so that the dev splits stay a measure. The pictures are linked, not copied.
"""

import argparse
import json
from pathlib import Path

from reader.samples import train_and_validation


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", default="../../shared/plates")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    for folder in ("photos", "crops", "negatives"):
        if not (out / folder).exists():
            (out / folder).symlink_to((Path(args.plates) / folder).resolve())
    train, held_out = train_and_validation(args.plates)
    rows = [{**row, "split": f"{name}-{row['file'].split('/')[0]}"} for name, part in (("held-out", held_out), ("train", train)) for row in part]
    (out / "manifest.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


if __name__ == "__main__":
    main()
