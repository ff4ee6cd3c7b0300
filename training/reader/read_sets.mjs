/** Reads the straightened plates in a file of raw bytes (planar RGB, one after the other) with models/reader.onnx; prints JSON. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { typeOfPlate } from "../../dist/src/plates/plate-kind.js";
import { PlateReader } from "../../dist/src/recognizers/local/plate.reader.js";

const BATCH = 32;
const models = fileURLToPath(new URL("../../models", import.meta.url));
const reader = await PlateReader.load(models);
const session = await InferenceSession.create(`${models}/reader.onnx`, { intraOpNumThreads: 1 });
const { inputWidth, inputHeight, characters } = reader.settings;
const bytes = Float32Array.from(await readFile(process.argv[2]));
const size = 3 * inputWidth * inputHeight;
const readings = [];
for (let from = 0; from < bytes.length; from += size * BATCH) {
  const part = bytes.subarray(from, Math.min(bytes.length, from + size * BATCH));
  const plates = Array.from({ length: part.length / size }, (_, index) => part.subarray(index * size, (index + 1) * size));
  const greedy = await readGreedily(part, plates.length);
  const read = await reader.read(plates);
  read.forEach(({ plateNumber, ...rest }, index) =>
    readings.push({ text: plateNumber, ...rest, type: typeOfPlate({ plateNumber, ...rest }), greedy: greedy[index] }),
  );
}
console.log(JSON.stringify(readings));

/** The best class of every frame, repeats folded, blanks dropped: what the network says without any knowledge of formats. */
async function readGreedily(part, count) {
  const output = await session.run({ plate: new Tensor("float32", part, [count, 3, inputHeight, inputWidth]) });
  const [, frames, classes] = output.characters.dims;
  return Array.from({ length: count }, (_, plate) => {
    let text = "";
    for (let frame = 0, before = 0; frame < frames; frame++) {
      const start = (plate * frames + frame) * classes;
      const row = output.characters.data.subarray(start, start + classes);
      const best = row.indexOf(Math.max(...row));
      if (best !== before && best !== 0) text += characters[best - 1];
      before = best;
    }
    return text;
  });
}
