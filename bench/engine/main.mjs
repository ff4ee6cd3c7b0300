/**
 * `npm run bench:engine -- [--plates DIR] [--kinds DIR] [--models DIR] [--split NAME …] [--misses] [--sheets DIR] [--write]`: measures the
 * models through the engine that the server runs, and writes the tables into models/MODEL_CARD.md (with --write). --sheets writes each
 * split's misses into DIR as one photo: photo, label, reading, confidence.
 * The labelled photos are no part of the repository; without them it says so and skips.
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PlatePipeline } from "../../dist/src/engines/local/plate.pipeline.js";
import { falsePlateTable } from "./false-plates.mjs";
import { kindTable } from "./kinds.mjs";
import { readManifest } from "./photos.mjs";
import { severalTable } from "./several.mjs";
import { specialTable } from "./special.mjs";
import { speedTable } from "./speed.mjs";
import { writeMissSheets } from "./miss-sheets.mjs";
import { calibrationTable, cornerTable, printMisses, readSplit, reliabilityTable, splitTable } from "./splits.mjs";

const DEV_SPLITS = ["photos-dev", "ccpd-dev", "crops-dev", "fresh-dev"];
const CARD = "models/MODEL_CARD.md";
/** Photos that the speed is measured on. */
const SPEED_PHOTOS = 40;

const { values: options } = parseArgs({
  options: {
    plates: { type: "string", default: process.env.PLATES_DIR ?? "../shared/plates" },
    kinds: { type: "string" },
    models: { type: "string", default: "models" },
    split: { type: "string", multiple: true },
    misses: { type: "boolean", default: false },
    sheets: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const { plates } = options;

if (!existsSync(join(plates, "manifest.jsonl"))) {
  console.log(`SKIPPED: there are no labelled photos at ${plates} (name their folder with --plates).`);
  process.exit(0);
}

const rows = await readManifest(plates);
const engine = await PlatePipeline.load(options.models);
const splits = [];
for (const split of options.split ?? DEV_SPLITS) splits.push(...(await readSplit(engine, plates, rows, split)));
if (options.misses) printMisses(splits);
if (options.sheets !== undefined) await writeMissSheets(plates, splits, options.sheets);
const ofPhotos = splits.filter(({ split }) => !split.includes("crops"));
const sections = [
  ["Splits", () => splitTable(splits)],
  ["Corners", () => cornerTable(ofPhotos)],
  ["Confidence", () => `${reliabilityTable(splits)}\n\n${calibrationTable(splits)}`],
];
if (options.split === undefined) sections.push(...(await fullSections()));

const report = [];
for (const [title, make] of sections) {
  report.push(`### ${title}`, await make());
  console.log(`\n${report.slice(-2).join("\n\n")}`);
}
if (options.write) await writeCard(report.join("\n\n"));

async function fullSections() {
  const photoOutcomes = ofPhotos.flatMap(({ outcomes }) => outcomes);
  const devPhotos = photoOutcomes.map(({ row }) => row);
  return [
    ["Speed and size", () => speedTable(options.models, speedFiles(devPhotos))],
    ["Several plates in a photo", () => severalTable(engine, plates, photoOutcomes)],
    ["False plates", () => falsePlateTable(engine, plates, devPhotos, options.sheets)],
    [
      "Kinds, rendered",
      () => (options.kinds ? kindTable(engine, options.kinds) : "SKIPPED: no rendered sets named (--kinds)."),
    ],
    ["Real plates of special kinds", () => specialTable(engine, plates, rows)],
  ];
}

/** Evenly over the dev photos. */
function speedFiles(photos) {
  const step = Math.max(1, Math.floor(photos.length / SPEED_PHOTOS));
  return photos.filter((_, index) => index % step === 0).map(({ file }) => join(plates, file));
}

async function writeCard(text) {
  const card = await readFile(CARD, "utf8");
  const marked = /(<!-- figures -->)[\s\S]*?(<!-- \/figures -->)/;
  if (!marked.test(card)) throw new Error(`${CARD} has no place marked for the figures`);
  await writeFile(
    CARD,
    card.replace(marked, (_, open, close) => `${open}\n\n${text}\n\n${close}`),
  );
}
