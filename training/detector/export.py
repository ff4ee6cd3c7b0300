"""Writes models/detector.onnx and models/detector.json: `python3 -m detector.export --weights runs/detector/final.pt`."""

import argparse
import json
from pathlib import Path

import torch

from onnx_weights import halve_weights

from .model import STRIDE, ExportedDetector, PlateDetector

# On the held-out photos every intact plate scores above 0.6; what is found between 0.3 and 0.4 are decals, grilles and gravel.
SETTINGS = {"inputLongSide": 640, "stride": STRIDE, "scoreThreshold": 0.4, "nmsIou": 0.3}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", default="runs/detector/final.pt")
    parser.add_argument("--out", default="../models")
    args = parser.parse_args()
    model = PlateDetector()
    model.load_state_dict(torch.load(args.weights, map_location="cpu")["average"])
    path = str(Path(args.out) / "detector.onnx")
    torch.onnx.export(
        ExportedDetector(model).eval(),
        torch.zeros(1, 3, 480, 640),
        path,
        input_names=["image"],
        output_names=["score", "corners"],
        dynamic_axes={"image": {2: "height", 3: "width"}, "score": {2: "rows", 3: "columns"}, "corners": {2: "rows", 3: "columns"}},
        opset_version=15,
    )
    halve_weights(path)
    (Path(args.out) / "detector.json").write_text(json.dumps(SETTINGS, indent=2) + "\n")


if __name__ == "__main__":
    main()
