"""Writes models/reader.onnx (8 bits) and models/reader.json: `python3 -m reader.export --weights runs/reader/with-colors.pt`."""

import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch
from torch import nn

from onnx_quantize import quantize
from onnx_weights import halve_weights
from platerender.alphabet import CHARACTERS, COLORS
from platerender.real_characters import RealCharacters

from .calibrate import calibration
from .model import INPUT_HEIGHT, INPUT_WIDTH, PlateReader
from .samples import MARGIN_X, MARGIN_Y, RealSamples, RenderedSamples, train_and_validation

# Plates that the ranges of the 8 bits are measured on, half of them real.
CALIBRATION_PLATES = 200
# The last convolution, whose output is the log posteriors, stays float.
LAST = "/model/characters/Conv_output_0"


class ExportedReader(nn.Module):
    """What the ONNX file computes from bytes [N,48,160,3]: log posteriors of the characters, posteriors of colour and layout."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, plate):
        characters, color, double_row = self.model(plate.permute(0, 3, 1, 2).float())
        return torch.log_softmax(characters, 2), torch.softmax(color, 1), torch.sigmoid(double_row)


def calibration_inputs(plates_dir, corners):
    rng = random.Random(21)
    characters = RealCharacters(plates_dir)
    real = RealSamples(plates_dir, train_and_validation(plates_dir, corners=corners)[0], characters)
    rendered = RenderedSamples(plates_dir, characters)
    pictures = [(real if index % 2 else rendered).draw(rng)[0] for index in range(CALIBRATION_PLATES)]
    return [np.ascontiguousarray(picture[None, ..., ::-1]) for picture in pictures]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", default="../../shared/plates", help="for the calibration, which needs the held-out pictures")
    parser.add_argument("--corners", help="what corners.mjs wrote")
    parser.add_argument("--float", action="store_true", help="leave the convolutions in float (weights stored as float16)")
    parser.add_argument("--weights", default="runs/reader/with-colors.pt")
    parser.add_argument("--out", default="../models")
    args = parser.parse_args()
    model = PlateReader(len(CHARACTERS), len(COLORS))
    model.load_state_dict(torch.load(args.weights, map_location="cpu")["average"])
    model.eval()
    path = str(Path(args.out) / "reader.onnx")
    batch = {0: "plates"}
    torch.onnx.export(
        ExportedReader(model).eval(),
        torch.zeros(1, INPUT_HEIGHT, INPUT_WIDTH, 3, dtype=torch.uint8),
        path,
        input_names=["plate"],
        output_names=["characters", "color", "double_row"],
        dynamic_axes={"plate": batch, "characters": batch, "color": batch, "double_row": batch},
        opset_version=15,
    )
    if args.float:
        halve_weights(path)
    else:
        quantize(path, calibration_inputs(args.plates, args.corners), keep=(LAST,))
    settings = {
        "inputWidth": INPUT_WIDTH,
        "inputHeight": INPUT_HEIGHT,
        "margin": {"x": MARGIN_X, "y": MARGIN_Y},
        "characters": CHARACTERS,
        "colors": COLORS,
        "calibration": calibration(model, args.plates),
    }
    (Path(args.out) / "reader.json").write_text(json.dumps(settings, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
