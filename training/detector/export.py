"""Writes models/detector.onnx, in 8 bits, and models/detector.json: `python3 -m detector.export --weights runs/detector/final.pt`."""

import argparse
import json
import random
from pathlib import Path

import numpy as np
import onnx
import torch

from onnx_quantize import quantize
from onnx_weights import halve_weights
from reader.samples import train_and_validation

from .model import STRIDE, ExportedDetector, PlateDetector
from .scenes import Scenes

# Training scenes that the ranges of the activations are measured on.
CALIBRATION_SCENES = 160

# On the held-out photos every intact plate scores above 0.6; what is found between 0.3 and 0.4 are decals, grilles and gravel.
SETTINGS = {"stride": STRIDE, "scoreThreshold": 0.4, "nmsIou": 0.3}


def calibration_inputs(plates_dir):
    rng = random.Random(11)
    scenes = Scenes(plates_dir, train_and_validation(plates_dir)[0])
    pictures = [scenes.draw(rng)[0][None, ..., ::-1] for _ in range(CALIBRATION_SCENES)]
    return [np.ascontiguousarray(picture) for picture in pictures]


def last_outputs(path):
    """Outputs of the two convolutions that no other follows."""
    nodes = onnx.load(path).graph.node
    convolutions = [node for node in nodes if node.op_type == "Conv"]
    return {node.output[0] for node in convolutions[-2:]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", default="../../shared/plates", help="for the calibration of the 8 bits")
    parser.add_argument("--float", action="store_true", help="leave the convolutions in float (weights stored as float16)")
    parser.add_argument("--weights", default="runs/detector/final.pt")
    parser.add_argument("--out", default="../models")
    args = parser.parse_args()
    model = PlateDetector()
    model.load_state_dict(torch.load(args.weights, map_location="cpu")["average"])
    path = str(Path(args.out) / "detector.onnx")
    torch.onnx.export(
        ExportedDetector(model).eval(),
        torch.zeros(1, 384, 512, 3, dtype=torch.uint8),
        path,
        input_names=["image"],
        output_names=["score", "corners"],
        dynamic_axes={"image": {1: "height", 2: "width"}, "score": {2: "rows", 3: "columns"}, "corners": {2: "rows", 3: "columns"}},
        opset_version=15,
    )
    if args.float:
        halve_weights(path)
    else:
        # The last maps, scores and offsets of many pixels, stay float.
        quantize(path, calibration_inputs(args.plates), keep=last_outputs(path))
    (Path(args.out) / "detector.json").write_text(json.dumps(SETTINGS, indent=2) + "\n")


if __name__ == "__main__":
    main()
