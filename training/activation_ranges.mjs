/** For onnx_quantize.py: runs FOLDER/exposed.onnx on FOLDER/*.bin and prints the range of each tensor that inputs.json names. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";

// The runtime reads it when the first session is made; left on, it reports to its maker.
process.env.ORT_DISABLE_TELEMETRY = "1";

/** The share of a picture's values left out at either end: a few far ones would cost all others their precision. */
const OUTLIERS = 0.0005;

const folder = process.argv[2];
const { shapes, tensors } = JSON.parse(await readFile(join(folder, "inputs.json"), "utf8"));
const session = await InferenceSession.create(join(folder, "exposed.onnx"), { graphOptimizationLevel: "basic" });
const ranges = Object.fromEntries(tensors.map((name) => [name, [Infinity, -Infinity]]));
for (const [index, shape] of shapes.entries()) {
  const values = Uint8Array.from(await readFile(join(folder, `${index}.bin`)));
  const results = await session.run({ [session.inputNames[0]]: new Tensor("uint8", values, shape) }, tensors);
  for (const name of tensors) {
    const sorted = Float32Array.from(results[name].data).sort();
    const skipped = Math.floor(sorted.length * OUTLIERS);
    const range = ranges[name];
    range[0] = Math.min(range[0], sorted[skipped]);
    range[1] = Math.max(range[1], sorted[sorted.length - 1 - skipped]);
  }
}
console.log(JSON.stringify(ranges));
