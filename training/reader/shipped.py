"""Turns models/reader.onnx, float or 8 bits, back into weights to train on from: `python3 -m reader.shipped --plates DIR` writes runs/reader/shipped.pt.

The export folds each batch norm into its convolution. Here the norm gets the mean and variance that its input has on training pictures,
and the scale and shift that undo them: the network computes what the file does, and its norms are fit to train on.
"""

import argparse
import random
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from platerender.alphabet import CHARACTERS, COLORS
from platerender.real_characters import RealCharacters

from .model import PlateReader
from .samples import RealSamples, RenderedSamples, train_and_validation

PICTURES = 512


def load_folded(path):
    """A PlateReader whose norms only shift: their scale is in the convolutions."""
    graph = onnx.load(path).graph
    values = _values(graph)
    model = PlateReader(len(CHARACTERS), len(COLORS))
    state = model.state_dict()
    for name in state:
        if "model." + name in values:
            state[name] = torch.from_numpy(values["model." + name].copy())
    convolutions = [node for node in graph.node if node.op_type == "Conv" and not node.input[1].startswith("model.")]
    pairs = _pairs(model)
    assert len(convolutions) == len(pairs)
    for node, (conv, norm) in zip(convolutions, pairs):
        assert node.name.removeprefix("/model/").removesuffix("/Conv").split("/")[-1] in conv, (node.name, conv)
        kernel, bias = (values[name.removesuffix("_8bit")] for name in node.input[1:3])
        state[conv + ".weight"] = torch.from_numpy(kernel.copy())
        state[norm + ".bias"] = torch.from_numpy(bias.copy())
        state[norm + ".running_var"] = torch.ones_like(state[norm + ".running_var"]) - model.get_submodule(norm).eps
    model.load_state_dict(state)
    return model.eval()


def _values(graph):
    """{name: float array} of a file in float16 or in 8 bits, whose kernels and biases have a scale for each output channel."""
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    values = {name.removesuffix("_half"): value.astype(np.float32) for name, value in stored.items()}
    for name in [name.removesuffix("_code") for name in stored if name.endswith("_code")]:
        codes, scale = values[name + "_code"], values[name + "_scale"]
        values[name] = codes * scale.reshape(-1, *[1] * (codes.ndim - 1))
    return values


def _pairs(model):
    """(convolution, norm behind it) by name, in the order in which they run."""
    names = [name for name, module in model.named_modules() if isinstance(module, (nn.Conv2d, nn.BatchNorm2d))]
    return [(first, second) for first, second in zip(names, names[1:]) if isinstance(model.get_submodule(second), nn.BatchNorm2d)]


def restore_norms(model, images):
    """Gives every norm the statistics of its input; what the network computes stays the same."""
    seen = {}
    hooks = []
    for _, name in _pairs(model):
        norm = model.get_submodule(name)
        hooks.append(norm.register_forward_hook(lambda _, given, __, name=name: seen.setdefault(name, []).append(given[0])))
    with torch.no_grad():
        model(images)
        for hook in hooks:
            hook.remove()
        for name, (given,) in seen.items():
            norm = model.get_submodule(name)
            mean, variance = given.mean((0, 2, 3)), given.var((0, 2, 3), unbiased=False)
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            norm.weight.copy_((variance + norm.eps).sqrt())
            norm.bias.add_(mean)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", default="../../shared/plates")
    parser.add_argument("--model", default="../models/reader.onnx")
    parser.add_argument("--other", help="a second file of the same ancestry, whose weights are mixed in")
    parser.add_argument("--share", type=float, default=0.3, help="what the second file counts")
    parser.add_argument("--corners", help="what corners.mjs wrote")
    parser.add_argument("--out", default="runs/reader/shipped.pt")
    args = parser.parse_args()
    rng = random.Random(9)
    characters = RealCharacters(args.plates)
    real = RealSamples(args.plates, train_and_validation(args.plates, corners=args.corners)[0], characters)
    rendered = RenderedSamples(args.plates, characters)
    pictures = [(real if index % 2 else rendered).draw(rng)[0] for index in range(PICTURES)]
    images = torch.from_numpy(np.stack([p[..., ::-1] for p in pictures]).transpose(0, 3, 1, 2).copy()).float()
    model = load_folded(args.model)
    if args.other:
        other = load_folded(args.other).state_dict()
        model.load_state_dict({name: torch.lerp(own, other[name], args.share) if own.is_floating_point() else own for name, own in model.state_dict().items()})
    with torch.no_grad():
        before = model(images)[0]
        restore_norms(model, images)
        print("largest change of a logit:", float((model(images)[0] - before).abs().max()))
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    torch.save({"average": model.state_dict()}, args.out)


if __name__ == "__main__":
    main()
