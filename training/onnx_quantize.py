"""Turns an ONNX file's convolutions to 8 bits (QDQ form): half the time and a quarter of the size, where the figures hold.

Weights are int8 with a scale for each output channel, activations uint8 with the ranges that `activation_ranges.mjs` measured on
pictures. Post-training static quantisation as in Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference" (2018).
"""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

# Ops that the runtime fuses with the QuantizeLinear and DequantizeLinear around them.
QUANTIZABLE = {"Conv", "Add", "Resize", "Relu"}
# Ops computed in float that still read the 8-bit tensor: a convolution is only fused where nothing else reads its float output.
FOLLOWING = {"Mul", "ReduceMean"}


def quantize(path, inputs, keep=()):
    """Rewrites the float32 file at `path`. `inputs` are uint8 arrays for its one input; `keep` are outputs whose ops stay float."""
    model = onnx.load(path)
    graph = model.graph
    points = _points(graph, keep)
    ranges = _ranges(model, points, inputs)
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    constants, renamed, nodes = {}, {}, []

    def pair(tensor):
        low, high = min(0.0, ranges[tensor][0]), max(1e-6, ranges[tensor][1])
        scale = np.float32((high - low) / 255)
        constants[f"{tensor}_scale"], constants[f"{tensor}_zero"] = scale, np.uint8(np.clip(round(-low / scale), 0, 255))
        renamed[tensor] = (f"{tensor}_8bit", scale)
        parameters = [f"{tensor}_scale", f"{tensor}_zero"]
        nodes.append(helper.make_node("QuantizeLinear", [tensor, *parameters], [f"{tensor}_code"]))
        nodes.append(helper.make_node("DequantizeLinear", [f"{tensor}_code", *parameters], [f"{tensor}_8bit"]))

    def constant(name, codes, scale):
        constants[f"{name}_code"], constants[f"{name}_scale"] = codes, scale
        constants[f"{name}_zero"] = np.zeros(len(scale), codes.dtype)
        nodes.append(helper.make_node("DequantizeLinear", [f"{name}_code", f"{name}_scale", f"{name}_zero"], [f"{name}_8bit"], axis=0))
        return f"{name}_8bit"

    for node in graph.node:
        if node.op_type in FOLLOWING:
            node.input[:] = [renamed[name][0] if name in renamed else name for name in node.input]
        if _is_quantizable(node, keep):
            own = [renamed[name][1] for name in node.input if name in renamed]
            node.input[:] = [renamed[name][0] if name in renamed else name for name in node.input]
            if node.op_type == "Conv":
                kernel = weights[node.input[1]]
                scale = (np.maximum(np.abs(kernel).reshape(len(kernel), -1).max(1), 1e-8) / 127).astype(np.float32)
                codes = np.clip(np.round(kernel / scale[:, None, None, None]), -127, 127).astype(np.int8)
                bias = np.round(weights[node.input[2]] / (own[0] * scale)).astype(np.int32)
                node.input[1] = constant(f"{node.output[0]}_kernel", codes, scale)
                node.input[2] = constant(f"{node.output[0]}_bias", bias, (own[0] * scale).astype(np.float32))
        nodes.append(node)
        for output in node.output:
            if output in points:
                pair(output)
    used = {name for node in nodes for name in node.input}
    constants.update({name: value for name, value in weights.items() if name in used})
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items())
    onnx.checker.check_model(model)
    onnx.save(model, path)


def _is_quantizable(node, keep):
    return node.op_type in QUANTIZABLE and node.output[0] not in keep


def _points(graph, keep):
    """Tensors that get a QuantizeLinear: all between quantisable ops but what a Relu follows at once, which is fused."""
    readers = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    points = set()
    for node in graph.node:
        if not _is_quantizable(node, keep):
            continue
        following = readers.get(node.output[0], [])
        fused = node.op_type in ("Conv", "Add") and [other.op_type for other in following] == ["Relu"]
        if not fused and following:
            points.add(node.output[0])
        if node.op_type == "Conv":
            points.add(node.input[0])
    return points & {name for node in graph.node for name in node.output}


def _ranges(model, points, inputs):
    """{tensor: (low, high)} over `inputs`, each picture's 0.05% farthest values left out."""
    exposed = onnx.ModelProto()
    exposed.CopyFrom(model)
    exposed.graph.output.extend(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in sorted(points))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        onnx.save(exposed, str(path / "exposed.onnx"))
        for index, array in enumerate(inputs):
            array.tofile(path / f"{index}.bin")
        (path / "inputs.json").write_text(json.dumps({"shapes": [array.shape for array in inputs], "tensors": sorted(points)}))
        script = Path(__file__).with_name("activation_ranges.mjs")
        answer = subprocess.run(["node", str(script), folder], check=True, capture_output=True, text=True).stdout
    return json.loads(answer)
