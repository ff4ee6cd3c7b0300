"""A copy of the training pictures a quarter of the size, for machines they have to be sent to: `python3 -m packed --plates DIR --corners FILE --out OUT`.

Pictures that get smaller by it become WebP, whatever their name says; photos are made smaller until their plate is 290 px wide and their longer side 960. Corners follow,
labelled ones in OUT/manifest.jsonl, found ones in OUT/corners.jsonl. Photos without corners, which nothing is trained on, become one grey square. The `train` split only.
"""

import argparse
import io
import json
import shutil
import tarfile
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from platerender.real_characters import PER_CHARACTER
from reader.samples import load_split

PLATE_WIDTH, LONG_SIDE = 290.0, 960.0
# WebP qualities.
PHOTO, CROP, PATCH = 82, 93, 92
# Bytes; smaller crops stay as they are.
SMALL_CROP = 6000


def decoded(data):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def smaller(data, quality, image=None):
    """The picture as WebP, or as it was where that is no larger; always as WebP where `image` was changed."""
    packed = cv2.imencode(".webp", decoded(data) if image is None else image, [cv2.IMWRITE_WEBP_QUALITY, quality])[1].tobytes()
    return packed if image is not None or len(packed) < len(data) else data


def photo(data, corners):
    """(bytes, corners) of a photo."""
    if corners is None:
        return cv2.imencode(".png", np.full((8, 8, 3), 114, np.uint8))[1].tobytes(), None
    image, quad = decoded(data), np.array(corners)
    scale = min(1.0, PLATE_WIDTH / np.linalg.norm(quad[1] - quad[0]), LONG_SIDE / max(image.shape[:2]))
    if scale == 1.0:
        return smaller(data, PHOTO), corners
    height, width = image.shape[:2]
    image = cv2.resize(image, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    return smaller(data, PHOTO, image), (quad * [image.shape[1] / width, image.shape[0] / height]).tolist()


def pack_characters(source, target):
    counts = {}
    with tarfile.open(source) as tar, tarfile.open(target, "w:gz") as packed:
        for member in tar:
            char = PurePosixPath(member.name).parent.name
            counts[char] = counts.get(char, 0) + member.isfile()
            if member.isfile() and counts[char] <= PER_CHARACTER:
                data = smaller(tar.extractfile(member).read(), PATCH)
                entry = tarfile.TarInfo(member.name)
                entry.size = len(data)
                packed.addfile(entry, io.BytesIO(data))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", default="../../shared/plates")
    parser.add_argument("--corners", default="runs/corners.jsonl", help="what corners.mjs wrote")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    source, out = Path(args.plates), Path(args.out)
    for folder in ("photos", "crops", "negatives"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    shutil.copytree(source / "glyphs", out / "glyphs", dirs_exist_ok=True)
    found = {row["file"]: row["corners"] for row in map(json.loads, Path(args.corners).read_text().splitlines())}
    rows, found_rows = load_split(source, "train"), []
    for row in rows:
        data = (source / row["file"]).read_bytes()
        corners = row["corners"] or found.get(row["file"])
        if row["file"].startswith("photos/"):
            data, corners = photo(data, corners)
        elif len(data) > SMALL_CROP:
            data = smaller(data, CROP)
        (out / row["file"]).write_bytes(data)
        if row["corners"]:
            row["corners"] = corners
        elif corners:
            found_rows.append({"file": row["file"], "corners": corners})
    for name, lines in (("manifest.jsonl", rows), ("corners.jsonl", found_rows)):
        (out / name).write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    for file in sorted((source / "negatives").glob("*")):
        (out / "negatives" / file.name).write_bytes(smaller(file.read_bytes(), PATCH))
    pack_characters(source / "characters.tar", out / "characters.tar")


if __name__ == "__main__":
    main()
