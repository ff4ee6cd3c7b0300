/** One contact sheet a split: every photo that was read wrong, its label, the reading and the confidence. People would rather look. */
import { mkdir, readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { isExact } from "./photos.mjs";

const CELL = { width: 320, height: 200, text: 24 };
const COLUMNS = 6;
const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/** False plates, to be looked at one by one: some are a neighbour's real ones. `finds` are {bytes, reading}. */
export async function writeFalsePlateSheet(name, finds, folder) {
  refuseRepository(folder);
  await mkdir(folder, { recursive: true });
  const cells = finds.map(async ({ bytes, reading }) => {
    const { data, info } = await sharp(bytes).png({ compressionLevel: 1 }).toBuffer({ resolveWithObject: true });
    const photo = sharp(data).extract(partAround(reading.boundingBox, info));
    return cellWith(photo, `${reading.plateNumber} ${reading.confidence}`);
  });
  await writeSheet(await Promise.all(cells), join(folder, `false-${name.replaceAll(" ", "-")}.png`));
}

/** @param splits as `readSplit` gives them; a split without misses gets no sheet */
export async function writeMissSheets(plates, splits, folder) {
  refuseRepository(folder);
  await mkdir(folder, { recursive: true });
  for (const { split, outcomes } of splits) {
    const misses = outcomes.filter((outcome) => !isExact(outcome));
    if (misses.length === 0) continue;
    const file = join(folder, `${split.replaceAll(/[ ,]+/g, "-")}.png`);
    await writeSheet(await Promise.all(misses.map((miss) => cellOf(plates, miss))), file);
    console.log(`${misses.length} misses: ${file}`);
  }
}

/** The photos are not ours to publish. */
function refuseRepository(folder) {
  if (!relative(REPOSITORY, resolve(folder)).startsWith("..")) throw new Error("--sheets must name a folder outside");
}

async function writeSheet(cells, file) {
  const height = CELL.height + CELL.text;
  const rows = Math.ceil(cells.length / COLUMNS);
  const background = {
    create: { width: COLUMNS * CELL.width, height: rows * height, channels: 3, background: "#222" },
  };
  const placed = cells.flatMap(({ photo, text }, index) => {
    const [left, top] = [(index % COLUMNS) * CELL.width, Math.floor(index / COLUMNS) * height];
    return [
      { input: photo, left, top },
      { input: text, left, top: top + CELL.height },
    ];
  });
  await sharp(background).composite(placed).png().toFile(file);
}

/** Of a photo the plate and a little around it, where it is known or was found. */
async function cellOf(plates, { row, truth, readings, box }) {
  const { data, info } = await sharp(await readFile(join(plates, row.file)))
    .autoOrient()
    .flatten()
    .toColourspace("srgb")
    .png({ compressionLevel: 1 })
    .toBuffer({ resolveWithObject: true });
  const photo = sharp(data);
  const around = box ?? (row.file.startsWith("photos/") ? readings[0]?.boundingBox : null);
  if (around) photo.extract(partAround(around, info));
  return cellWith(photo, `${truth} → ${readings[0]?.plateNumber ?? "none"} ${readings[0]?.confidence ?? ""}`);
}

async function cellWith(photo, text) {
  const drawn = `<svg xmlns="http://www.w3.org/2000/svg" width="${CELL.width}" height="${CELL.text}">
    <text x="4" y="18" font-family="sans-serif" font-size="18" fill="white">${text}</text></svg>`;
  const shown = photo.resize({ width: CELL.width, height: CELL.height, fit: "contain", background: "#222" });
  return { photo: await shown.png().toBuffer(), text: Buffer.from(drawn) };
}

function partAround({ left, top, right, bottom }, { width, height }) {
  const room = 0.3 * (right - left);
  const [x, y] = [Math.max(0, Math.floor(left - room)), Math.max(0, Math.floor(top - room))];
  return {
    left: x,
    top: y,
    width: Math.max(1, Math.min(width, Math.ceil(right + room)) - x),
    height: Math.max(1, Math.min(height, Math.ceil(bottom + room)) - y),
  };
}
