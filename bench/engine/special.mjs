/** The real plates of special kinds among the photos, one by one. */
import { readWhole } from "./photos.mjs";
import { table } from "../tables.mjs";

/** Neither a province's plate of seven places on blue nor of eight on green. */
function isSpecial({ plate, color }) {
  return !/^\p{Script=Han}[A-Z][A-Z0-9]{5}$/u.test(plate) ||
    /^[军空海甲未北南沈兰成济广]/u.test(plate) ||
    ["white", "white-wj", "yellow", "yellow-double", "black"].includes(color)
    ? !(color === "green" || (plate.length === 8 && color === null && !/^WJ/.test(plate)))
    : false;
}

export async function specialTable(engine, folder, rows) {
  const special = rows.filter((row) => row.file.startsWith("photos/") && isSpecial(row));
  const lines = [];
  for (const row of special) {
    const { readings, truth } = await readWhole(engine, folder, row);
    const own = readings.find(({ plateNumber }) => plateNumber === truth) ?? readings[0];
    lines.push([
      row.file.replace(/^photos\//, ""),
      row.split,
      truth,
      own ? own.plateNumber : "none",
      own?.confidence ?? "",
      own?.color ?? "",
      own?.type ?? "",
    ]);
  }
  lines.sort(([, first], [, second]) => first.localeCompare(second));
  return table(["photo", "split", "plate", "read", "confidence", "colour", "type"], lines);
}
