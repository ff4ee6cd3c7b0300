/** The labelled photos and what the engine makes of them: the ground that every section of the bench stands on. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { decodeUpright } from "../../dist/src/images/pixels.decoder.js";
import { readPhoto } from "../../dist/src/images/photo.reader.js";
import { normalizePlateNumber } from "../../dist/src/plates/plate-number.js";
import { intersectionOverUnion } from "../../dist/src/engines/local/geometry.js";

export const LIMITS = { maxBytes: 2 ** 28, maxPixels: 1e9, maxSide: 1e5 };

// One thread for each step, as a worker of the server has it.
sharp.concurrency(1);

export async function readManifest(folder) {
  const lines = (await readFile(join(folder, "manifest.jsonl"), "utf8")).trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

export async function photoOf(folder, row) {
  return readPhoto({ bytes: await readFile(join(folder, row.file)) }, "UPLOAD", LIMITS);
}

/** A whole photo through the whole engine: {row, truth, readings, ms, box, corners}; box and corners null where none are labelled. */
export async function readWhole(engine, folder, row) {
  const bytes = await readFile(join(folder, row.file));
  const started = performance.now();
  const photo = await readPhoto({ bytes }, "UPLOAD", LIMITS);
  const readings = await engine.read(photo);
  const ms = performance.now() - started;
  // A few labelled corners belong to a larger version of the photo: they say nothing of where the plate is in this one.
  const corners = row.corners?.every(([x, y]) => x >= 0 && y >= 0 && x <= photo.width && y <= photo.height)
    ? row.corners
    : null;
  return { row, truth: normalizePlateNumber(row.plate), readings, ms, corners, box: corners && boxOf(corners) };
}

/** A crop is all plate: only the reader is asked. */
export async function readCrop(engine, folder, row) {
  const photo = await photoOf(folder, row);
  const started = performance.now();
  const pixels = await decodeUpright(photo);
  const { width, height } = pixels;
  const quad = [
    { x: 0, y: 0 },
    { x: width, y: 0 },
    { x: width, y: height },
    { x: 0, y: height },
  ];
  const [plate] = await engine.readQuads(pixels, [quad]);
  const ms = performance.now() - started;
  const readings = plate ? [{ ...plate.text, confidence: Math.floor(plate.text.confidence * 100) }] : [];
  return { row, truth: normalizePlateNumber(row.plate), readings, ms, corners: null, box: null };
}

/** The reading whose box overlaps the labelled one by half; where no corners are labelled, the surest one. */
export function readingOfLabel({ readings, box }) {
  if (box === null) return readings[0];
  return readings.find((reading) => intersectionOverUnion(reading.boundingBox, box) >= 0.5);
}

export const isExact = ({ readings, truth }) => readings[0]?.plateNumber === truth;

/** The same, a letter O in second place counting as a zero: labels write either. */
export const isExactButForO = ({ readings, truth }) => {
  const folded = (text) => text?.replace(/^(.)O/u, "$10");
  return folded(readings[0]?.plateNumber) === folded(truth);
};

export function boxOf(corners) {
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}
