/** How many plates of each split are found, how exactly, and how many are read right; what a confidence is worth. */
import { isExact, isExactButForO, readCrop, readingOfLabel, readWhole } from "./pictures.mjs";
import { percent, quantile, table } from "../tables.mjs";

const BANDS = [0, 50, 70, 80, 90, 95, 98, 100];

export async function readSplit(engine, folder, rows, split) {
  const outcomes = [];
  for (const row of rows.filter((row) => row.split === split)) {
    outcomes.push(await (row.file.startsWith("crops/") ? readCrop : readWhole)(engine, folder, row));
  }
  return { split, outcomes };
}

export function splitTable(splits) {
  const head = [
    "split",
    "pictures",
    "found",
    "exact",
    "exact, O = 0 in second place",
    "exact but for the first character",
    "further plates reported",
    "median ms",
    "p95 ms",
  ];
  const rows = splits.map(({ split, outcomes }) => [
    split,
    outcomes.length,
    split.includes("crops") ? "" : percent(outcomes, (outcome) => readingOfLabel(outcome) !== undefined),
    percent(outcomes, isExact),
    percent(outcomes, isExactButForO),
    percent(outcomes, ({ readings, truth }) => afterFirst(readings[0]?.plateNumber ?? "") === afterFirst(truth)),
    outcomes.reduce((sum, { readings }) => sum + Math.max(0, readings.length - 1), 0),
    quantile(
      outcomes.map(({ ms }) => ms),
      0.5,
    ).toFixed(0),
    quantile(
      outcomes.map(({ ms }) => ms),
      0.95,
    ).toFixed(0),
  ]);
  return table(head, rows);
}

/** Mean distance of the four corners, in widths of the plate, over the plates that were read. */
export function cornerTable(splits) {
  const head = ["split", "plates with labelled corners, read", "corner error, median", "p95", "within 5%"];
  const rows = splits.map(({ split, outcomes }) => {
    const errors = outcomes.flatMap((outcome) => {
      const reading = outcome.corners && readingOfLabel(outcome);
      return reading && outcome.row.corners_from === "label" ? [cornerError(reading.corners, outcome.corners)] : [];
    });
    const shown = (value) => (errors.length === 0 ? "" : `${(100 * value).toFixed(1)}%`);
    return [
      split,
      errors.length,
      shown(quantile(errors, 0.5)),
      shown(quantile(errors, 0.95)),
      percent(errors, (error) => error <= 0.05),
    ];
  });
  return table(head, rows);
}

export function reliabilityTable(splits) {
  const outcomes = splits.flatMap(({ outcomes }) => outcomes).filter(({ readings }) => readings.length > 0);
  const rows = BANDS.slice(0, -1).map((from, index) => {
    const to = BANDS[index + 1];
    const inBand = outcomes.filter(({ readings: [{ confidence }] }) => confidence >= from && confidence < to);
    const mean = inBand.reduce((sum, { readings: [{ confidence }] }) => sum + confidence, 0) / inBand.length;
    return [
      `${from} to ${to - 1}`,
      inBand.length,
      inBand.length > 0 ? mean.toFixed(1) : "",
      percent(inBand, isExactButForO),
    ];
  });
  const sure = outcomes.filter(({ readings: [{ confidence }] }) => confidence >= 90);
  rows.push(["**90 and more**", sure.length, "", percent(sure, isExactButForO)]);
  return table(["confidence", "readings", "mean confidence", "exact (O = 0)"], rows);
}

export function printMisses(splits) {
  for (const { outcomes } of splits)
    for (const { row, truth, readings } of outcomes)
      if (readings[0]?.plateNumber !== truth)
        console.error(`${row.file}\t${truth}\t${readings[0]?.plateNumber ?? ""}\t${readings[0]?.confidence ?? ""}`);
}

function cornerError(found, labelled) {
  const distances = labelled.map(([x, y], index) => Math.hypot(found[index].x - x, found[index].y - y));
  const [[x0, y0], [x1, y1]] = labelled;
  return distances.reduce((sum, distance) => sum + distance, 0) / 4 / Math.hypot(x1 - x0, y1 - y0);
}

function afterFirst(text) {
  return [...text].slice(1).join("");
}
