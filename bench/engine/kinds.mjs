/** Rendered plates of every kind, drawn by `python3 -m reader.kind_sets`: how many are read right, in which colour and as which type. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeUpright } from "../../dist/src/images/pixels.decoder.js";
import { readPhoto } from "../../dist/src/images/photo.reader.js";
import { typeOfPlate } from "../../dist/src/plates/plate-kind.js";
import { LIMITS } from "./photos.mjs";
import { percent, table } from "../tables.mjs";

/** Pixels of the plate's width, seen from the front. */
const BANDS = [
  [28, 48],
  [48, 80],
  [80, 241],
];

export async function kindTable(engine, folder) {
  const sets = Object.entries(groupByKind(await readSets(engine, folder)));
  const head = [
    "kind",
    "images",
    ...BANDS.map(([from, to]) => `exact, ${from} to ${to - 1} px`),
    "exact, all",
    "colour (not of grey images)",
    "type, where read exactly (not of grey images)",
  ];
  const rows = sets.map(([kind, plates]) => [
    kind,
    plates.length,
    ...BANDS.map(([from, to]) =>
      percent(
        plates.filter(({ width }) => width >= from && width < to),
        isExact,
      ),
    ),
    percent(plates, isExact),
    percent(
      plates.filter(({ gray }) => !gray),
      ({ text, color }) => text?.color === color,
    ),
    percent(
      plates.filter((plate) => isExact(plate) && !plate.gray),
      ({ text, type }) => typeOfPlate(text) === type,
    ),
  ]);
  return table(head, rows);
}

async function readSets(engine, folder) {
  const lines = (await readFile(join(folder, "sets.jsonl"), "utf8")).trim().split("\n");
  const plates = [];
  for (const line of lines.map((text) => JSON.parse(text))) {
    const pixels = await decodeUpright(
      await readPhoto({ bytes: await readFile(join(folder, line.file)) }, "UPLOAD", LIMITS),
    );
    const [plate] = await engine.readQuads(pixels, [line.corners.map(([x, y]) => ({ x, y }))]);
    plates.push({ ...line, text: plate?.text });
  }
  return plates;
}

function groupByKind(plates) {
  const groups = {};
  for (const plate of plates) (groups[plate.kind] ??= []).push(plate);
  return groups;
}

function isExact({ text, plate }) {
  return text?.plateNumber === plate;
}
