/** What is read where there is no plate: parts of the photos away from every labelled plate, and the negatives. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { readPhoto } from "../../dist/src/images/photo.reader.js";
import { writeFalsePlateSheet } from "./miss-sheets.mjs";
import { boxOf, LIMITS } from "./photos.mjs";
import { percent, table } from "../tables.mjs";

/** A part is at least this large (pixels), and keeps this distance from the plate, in widths of the plate. */
const MIN_SIDE = 160;
const DISTANCE = 0.3;

/** @param sheets a folder for contact sheets of the surest ones, or undefined */
export async function falsePlateTable(engine, folder, rows, sheets) {
  const parts = [];
  for (const row of rows) parts.push(...(await plateFreeParts(folder, row)));
  const negatives = await Promise.all(
    (await readdir(join(folder, "negatives"))).sort().map((name) => readFile(join(folder, "negatives", name))),
  );
  const head = ["no plate to be seen", "images", "with a reading", "with one of confidence 80 or more"];
  const lines = [];
  for (const [name, photos] of [
    ["parts of dev photos", parts],
    ["negatives", negatives],
  ]) {
    const surest = [];
    const finds = [];
    for (const bytes of photos) {
      const [reading] = await engine.read(await readPhoto({ bytes }, "UPLOAD", LIMITS));
      surest.push(reading?.confidence ?? -1);
      if (reading?.confidence >= 80) finds.push({ bytes, reading });
    }
    if (sheets !== undefined && finds.length > 0) await writeFalsePlateSheet(name, finds, sheets);
    const count = (from) => surest.filter((confidence) => confidence >= from).length;
    lines.push([name, surest.length, shown(count(0), surest), shown(count(80), surest)]);
  }
  return table(head, lines);
}

function shown(count, all) {
  return `${count} (${percent(all, (_, index) => index < count)})`;
}

/** Above, below, left and right of the labelled plate; a neighbouring car's unlabelled plate would count as a false one. */
async function plateFreeParts(folder, row) {
  if (row.corners === null) return [];
  const photo = sharp(await readFile(join(folder, row.file))).autoOrient();
  const { data, info } = await photo.removeAlpha().toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  const box = boxOf(row.corners);
  if (box.right > info.width || box.bottom > info.height) return [];
  const margin = DISTANCE * (box.right - box.left);
  const [left, top] = [Math.floor(box.left - margin), Math.floor(box.top - margin)];
  const [right, bottom] = [Math.ceil(box.right + margin), Math.ceil(box.bottom + margin)];
  const regions = [
    { left: 0, top: 0, width: info.width, height: top },
    { left: 0, top: bottom, width: info.width, height: info.height - bottom },
    { left: 0, top: 0, width: left, height: info.height },
    { left: right, top: 0, width: info.width - right, height: info.height },
  ];
  const raw = { width: info.width, height: info.height, channels: info.channels };
  const kept = regions.filter(({ width, height }) => width >= MIN_SIDE && height >= MIN_SIDE);
  return Promise.all(
    kept.map((region) => sharp(data, { raw }).extract(region).png({ compressionLevel: 1 }).toBuffer()),
  );
}
