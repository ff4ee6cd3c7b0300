/**
 * `npm run bench:engine -- [--plates DIR] [--kinds DIR] [--models DIR] [--split NAME …] [--speed] [--misses] [--sheets DIR] [--write]`: measures the
 * models through the engine that the server runs, and writes the tables into models/MODEL_CARD.md (with --write). --sheets writes each
 * split's misses into DIR as one photo: photo, label, reading, confidence. --speed measures the speed alone, some three minutes.
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
import { stageTable } from "./stages.mjs";
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
    speed: { type: "boolean", default: false },
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
/** [title, section of the card] pairs. */
const report = [];
if (options.speed) await reportAll(speedSections(devPhotosOf(rows)));
else await reportAll(await readingSections());
if (options.write) await writeCard();

async function reportAll(sections) {
  for (const [title, make] of sections) {
    report.push([title, await make()]);
    console.log(`\n### ${report.at(-1).join("\n\n")}`);
  }
}

async function readingSections() {
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
  if (options.split !== undefined) return sections;
  const photoOutcomes = ofPhotos.flatMap(({ outcomes }) => outcomes);
  const devPhotos = devPhotosOf(rows);
  return [
    ...sections,
    ...speedSections(devPhotos),
    ["Several plates in a photo", () => severalTable(engine, plates, photoOutcomes)],
    ["False plates", () => falsePlateTable(engine, plates, devPhotos, options.sheets)],
    [
      "Kinds, rendered",
      () => (options.kinds ? kindTable(engine, options.kinds) : "SKIPPED: no rendered sets named (--kinds)."),
    ],
    ["Real plates of special kinds", () => specialTable(engine, plates, rows)],
  ];
}

function speedSections(devPhotos) {
  const files = speedFiles(devPhotos);
  return [
    ["Speed and size", () => speedTable(options.models, files)],
    ["Where the time goes", () => stageTable(options.models, files)],
  ];
}

function devPhotosOf(rows) {
  return DEV_SPLITS.flatMap((name) =>
    rows.filter(({ split, file }) => split === name && name !== "crops-dev" && !file.startsWith("crops/")),
  );
}

/** Evenly over the dev photos. */
function speedFiles(photos) {
  const step = Math.max(1, Math.floor(photos.length / SPEED_PHOTOS));
  return photos.filter((_, index) => index % step === 0).map(({ file }) => join(plates, file));
}

/** Replaces the sections that were measured; the card's others stay as they are. */
async function writeCard() {
  const card = await readFile(CARD, "utf8");
  const marked = /(?<=<!-- figures -->)[\s\S]*?(?=<!-- \/figures -->)/;
  if (!marked.test(card)) throw new Error(`${CARD} has no place marked for the figures`);
  await writeFile(
    CARD,
    card.replace(marked, (figures) => withMeasured(figures.trim())),
  );
}

function withMeasured(figures) {
  const sections = new Map(
    figures.split(/^### /m).flatMap((section) => {
      const [title = "", ...text] = section.split("\n");
      return title === "" ? [] : [[title, text.join("\n").trim()]];
    }),
  );
  for (const [title, text] of report) sections.set(title, text);
  return `\n\n${[...sections].map(([title, text]) => `### ${title}\n\n${text}`).join("\n\n")}\n\n`;
}
