/**
 * Measures the shipped models on the labelled pictures: `npm run bench:engine -- [--plates DIR] [--split NAME] [--misses] [--write]`.
 * The pictures are no part of the repository; without them it says so and skips.
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { decodeUpright } from "../dist/src/images/pixels.decoder.js";
import { readPhoto } from "../dist/src/images/photo.reader.js";
import { normalizePlateNumber } from "../dist/src/plates/plate-number.js";
import { intersectionOverUnion } from "../dist/src/recognizers/local/geometry.js";
import { LocalEngine } from "../dist/src/recognizers/local/local.engine.js";

const { values: options } = parseArgs({
  options: {
    plates: { type: "string", default: process.env.PLATES_DIR ?? "../shared/plates" },
    split: { type: "string" },
    misses: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

if (!existsSync(join(options.plates, "manifest.jsonl"))) {
  console.log(`SKIPPED: there are no labelled pictures at ${options.plates} (name their folder with --plates).`);
  process.exit(0);
}

const LIMITS = { maxBytes: 2 ** 28, maxPixels: 1e9 };
// One thread for each step, as a worker of the server has it.
sharp.concurrency(1);

const rows = (await readFile(join(options.plates, "manifest.jsonl"), "utf8"))
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));
const engine = await LocalEngine.load(process.env.MODELS_DIR ?? "models");
const lines = [
  "| split | pictures | found | exact | exact without the first character | further plates reported | confidence ≥ 90: share, of those exact | median ms | p95 ms |",
  "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
];
for (const split of options.split ? [options.split] : ["photos-dev", "ccpd-dev", "crops-dev"])
  lines.push(await measure(split));
const table = lines.join("\n");
console.log(table);
if (options.write) await writeTable(table);

async function measure(split) {
  const pictures = rows.filter((row) => row.split === split);
  const outcomes = [];
  for (const row of pictures) outcomes.push(await (row.file.startsWith("crops/") ? readCrop(row) : readWhole(row)));
  const percent = (test) => `${((100 * outcomes.filter(test).length) / outcomes.length).toFixed(1)}%`;
  const sure = outcomes.filter(({ confidence }) => confidence >= 90);
  const times = outcomes.map(({ ms }) => ms).sort((a, b) => a - b);
  if (options.misses)
    for (const { file, truth, text, confidence } of outcomes)
      if (text !== truth) console.error(`${file}\t${truth}\t${text}\t${confidence}`);
  return `| ${[
    split,
    outcomes.length,
    split.startsWith("crops") ? "" : percent(({ found }) => found),
    percent(({ text, truth }) => text === truth),
    percent(({ text, truth }) => [...text].slice(1).join("") === [...truth].slice(1).join("")),
    outcomes.reduce((sum, { others }) => sum + others, 0),
    `${percent(({ confidence }) => confidence >= 90)}, ${((100 * sure.filter(({ text, truth }) => text === truth).length) / Math.max(1, sure.length)).toFixed(1)}%`,
    times[Math.floor(times.length / 2)].toFixed(0),
    times[Math.floor(times.length * 0.95)].toFixed(0),
  ].join(" | ")} |`;
}

/** A whole photo, decoded, searched and read; found is a reading whose box overlaps the labelled one by half (IoU). */
async function readWhole(row) {
  const bytes = await readFile(join(options.plates, row.file));
  const started = performance.now();
  const photo = await readPhoto(bytes, "UPLOAD", LIMITS);
  const readings = await engine.read(photo);
  const ms = performance.now() - started;
  // A few labelled corners belong to a larger version of the picture: they say nothing of where the plate is in this one.
  const corners = row.corners?.every(([x, y]) => x <= photo.width && y <= photo.height) ? row.corners : null;
  const xs = corners?.map(([x]) => x);
  const ys = corners?.map(([, y]) => y);
  const box = corners && {
    left: Math.min(...xs),
    top: Math.min(...ys),
    right: Math.max(...xs),
    bottom: Math.max(...ys),
  };
  const found = box
    ? readings.some((reading) => intersectionOverUnion(reading.boundingBox, box) >= 0.5)
    : readings.length > 0;
  return {
    ...outcomeOf(row, readings[0]?.plateNumber ?? "", readings[0]?.confidence ?? 0),
    found,
    ms,
    others: Math.max(0, readings.length - 1),
  };
}

/** A crop is all plate: only the reader is asked. */
async function readCrop(row) {
  const photo = await readPhoto(await readFile(join(options.plates, row.file)), "UPLOAD", LIMITS);
  const started = performance.now();
  const pixels = await decodeUpright(photo);
  const { width, height } = pixels;
  const [plate] = await engine.readQuads(pixels, [
    [
      { x: 0, y: 0 },
      { x: width, y: 0 },
      { x: width, y: height },
      { x: 0, y: height },
    ],
  ]);
  const ms = performance.now() - started;
  return {
    ...outcomeOf(row, plate?.text.plateNumber ?? "", Math.round((plate?.text.confidence ?? 0) * 100)),
    found: true,
    ms,
    others: 0,
  };
}

function outcomeOf(row, text, confidence) {
  return { file: row.file, truth: normalizePlateNumber(row.plate), text, confidence };
}

async function writeTable(table) {
  const file = "models/MODEL_CARD.md";
  const card = await readFile(file, "utf8");
  const marked = /(<!-- figures -->)[\s\S]*?(<!-- \/figures -->)/;
  if (!marked.test(card)) throw new Error(`${file} has no place marked for the figures`);
  await writeFile(file, card.replace(marked, `$1\n${table}\n$2`));
}
