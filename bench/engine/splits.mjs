/** How many plates of each split are found, how exactly, and how many are read right; what a confidence is worth. */
import { isExact, isExactButForO, readCrop, readingOfLabel, readWhole } from "./photos.mjs";
import { percent, quantile, table } from "../tables.mjs";

const READER_ALONE = ", reader alone";
const BANDS = [0, 50, 70, 80, 90, 95, 98, 100];

/**
 * A split's groups: its photos, its crops as they would be uploaded, and its crops read by the reader alone.
 * @returns {split, outcomes}, `split` naming the group
 */
export async function readSplit(engine, folder, rows, split) {
  const own = rows.filter((row) => row.split === split);
  const isCrop = ({ file }) => file.startsWith("crops/");
  const [photos, crops] = [own.filter((row) => !isCrop(row)), own.filter(isCrop)];
  const groups = [
    [split.includes("photos") || crops.length === 0 ? split : `${split} photos`, photos, readWhole],
    [`${split.includes("crops") ? split : `${split} crops`}, as uploaded`, crops, readWhole],
    [`${split.includes("crops") ? split : `${split} crops`}${READER_ALONE}`, crops, readCrop],
  ];
  const read = [];
  for (const [name, photos, how] of groups) {
    if (photos.length === 0) continue;
    const outcomes = [];
    for (const row of photos) outcomes.push(await how(engine, folder, row));
    read.push({ split: name, outcomes });
  }
  return read;
}

export function splitTable(splits) {
  const head = [
    "split",
    "images",
    "found",
    "exact",
    "exact, O = 0 in second place",
    "exact but for the first character",
    "label among the plates read",
    "further plates reported",
    "median ms",
    "p95 ms",
  ];
  const rows = splits.map(({ split, outcomes }) => [
    split,
    outcomes.length,
    split.endsWith(READER_ALONE) ? "" : percent(outcomes, (outcome) => readingOfLabel(outcome) !== undefined),
    percent(outcomes, isExact),
    percent(outcomes, isExactButForO),
    percent(outcomes, ({ readings, truth }) => afterFirst(readings[0]?.plateNumber ?? "") === afterFirst(truth)),
    percent(outcomes, ({ readings, truth }) => readings.some(({ plateNumber }) => plateNumber === truth)),
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
  const outcomes = readOutcomes(splits);
  const rows = BANDS.slice(0, -1).map((from, index) => {
    const inBand = outcomes.filter(isBetween(from, BANDS[index + 1]));
    const mean = meanConfidence(inBand);
    return [
      `${from} to ${BANDS[index + 1] - 1}`,
      inBand.length,
      inBand.length > 0 ? mean.toFixed(1) : "",
      percent(inBand, isExactButForO),
    ];
  });
  const sure = outcomes.filter(isBetween(90, 100));
  rows.push(["**90 and more**", sure.length, "", percent(sure, isExactButForO)]);
  return table(["confidence", "readings", "mean confidence", "exact (O = 0)"], rows);
}

/** Of each group: what a confidence of 90 is worth, and by how much confidences miss the share that is right, over the bands. */
export function calibrationTable(splits) {
  const rows = splits.map((group) => {
    const outcomes = readOutcomes([group]);
    const sure = outcomes.filter(isBetween(90, 100));
    let error = 0;
    for (const [index, from] of BANDS.slice(0, -1).entries()) {
      const inBand = outcomes.filter(isBetween(from, BANDS[index + 1]));
      const right = inBand.filter(isExactButForO).length;
      error += Math.abs(right - (inBand.length && (inBand.length * meanConfidence(inBand)) / 100)) / outcomes.length;
    }
    return [group.split, outcomes.length, sure.length, percent(sure, isExactButForO), `${(100 * error).toFixed(1)}%`];
  });
  const head = [
    "split",
    "readings",
    "with confidence 90 or more",
    "of these exact (O = 0)",
    "expected calibration error",
  ];
  return table(head, rows);
}

function readOutcomes(splits) {
  return splits.flatMap(({ outcomes }) => outcomes).filter(({ readings }) => readings.length > 0);
}

function isBetween(from, to) {
  return ({ readings: [{ confidence }] }) => confidence >= from && confidence < to;
}

function meanConfidence(outcomes) {
  return outcomes.reduce((sum, { readings: [{ confidence }] }) => sum + confidence, 0) / outcomes.length;
}

export function printMisses(splits) {
  for (const { split, outcomes } of splits)
    for (const { row, truth, readings } of outcomes)
      if (readings[0]?.plateNumber !== truth)
        console.error(
          `${split}\t${row.file}\t${truth}\t${readings[0]?.plateNumber ?? ""}\t${readings[0]?.confidence ?? ""}`,
        );
}

function cornerError(found, labelled) {
  const distances = labelled.map(([x, y], index) => Math.hypot(found[index].x - x, found[index].y - y));
  const [[x0, y0], [x1, y1]] = labelled;
  return distances.reduce((sum, distance) => sum + distance, 0) / 4 / Math.hypot(x1 - x0, y1 - y0);
}

function afterFirst(text) {
  return [...text].slice(1).join("");
}
