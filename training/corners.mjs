/**
 * `node corners.mjs PLATES OUT [MODELS]`: corners of the `train` pictures that have none labelled, as the engine finds them.
 *
 * Kept where the engine reads the label there, the first character aside. A tight crop is put on a grey ground of three times its size first: the
 * detector of that version was not trained on pictures that are all plate. One JSON object a line: {file, corners}. Needs `npm run build`.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { readPhoto } from "../dist/src/images/photo.reader.js";
import { PlatePipeline } from "../dist/src/engines/local/plate.pipeline.js";

const [plates, out, models = "../models"] = process.argv.slice(2);
const LIMITS = { maxBytes: 2 ** 28, maxPixels: 1e9, maxSide: 1e5 };
const engine = await PlatePipeline.load(models);
const rows = (await readFile(join(plates, "manifest.jsonl"), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
const lines = [];
let count = 0;
for (const row of rows.filter(({ split, corners }) => split === "train" && corners === null)) {
  count++;
  const isCrop = row.file.startsWith("crops/");
  const { bytes, left, top } = await pictureOf(join(plates, row.file), isCrop);
  const readings = await engine.read(await readPhoto({ bytes }, "UPLOAD", LIMITS));
  const own = readings.find(({ plateNumber }) => afterFirst(plateNumber) === afterFirst(row.plate));
  if (own === undefined) continue;
  const corners = own.corners.map(({ x, y }) => [Math.round(10 * (x - left)) / 10, Math.round(10 * (y - top)) / 10]);
  lines.push(JSON.stringify({ file: row.file, corners }));
}
await writeFile(out, `${lines.join("\n")}\n`);
console.log(`${lines.length} of ${count}`);

async function pictureOf(file, isCrop) {
  if (!isCrop) return { bytes: await readFile(file), left: 0, top: 0 };
  const { data, info } = await sharp(file).flatten().toColourspace("srgb").toBuffer({ resolveWithObject: true });
  const [left, top] = [info.width, info.width];
  const background = { r: 110, g: 110, b: 110 };
  const padded = sharp(data).extend({ top, bottom: top, left, right: left, background });
  return { bytes: await padded.png({ compressionLevel: 1 }).toBuffer(), left, top };
}

function afterFirst(text) {
  return [...text].slice(1).join("").replace(/^O/, "0");
}
