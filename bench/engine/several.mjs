/** Photos with several plates: four dev photos in one photo. Every plate that is read in its photo alone should be read there too. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { readPhoto } from "../../dist/src/images/photo.reader.js";
import { intersectionOverUnion } from "../../dist/src/engines/local/geometry.js";
import { isExact, LIMITS } from "./photos.mjs";
import { percent, table } from "../tables.mjs";

const TILE = { width: 640, height: 640 };

/** @param outcomes of whole photos, see `readWhole` */
export async function severalTable(engine, folder, outcomes) {
  const usable = outcomes.filter((outcome) => outcome.box !== null && isExact(outcome) && outcome.row.plate !== "");
  const plates = [];
  let isInOrder = true;
  for (let start = 0; start + 4 <= usable.length; start += 4) {
    const four = usable.slice(start, start + 4);
    const { bytes, boxes } = await tiled(folder, four);
    const readings = await engine.read(await readPhoto({ bytes }, "UPLOAD", LIMITS));
    isInOrder &&= readings.every(
      ({ confidence }, index) => index === 0 || confidence <= readings[index - 1].confidence,
    );
    four.forEach(({ truth }, index) => {
      const own = readings.find((reading) => intersectionOverUnion(reading.boundingBox, boxes[index]) >= 0.5);
      plates.push({ found: own !== undefined, exact: own?.plateNumber === truth });
    });
  }
  return table(
    ["photos of four plates", "plates", "found, each in its own box", "exact", "best first"],
    [
      [
        Math.floor(usable.length / 4),
        plates.length,
        percent(plates, ({ found }) => found),
        percent(plates, ({ exact }) => exact),
        isInOrder ? "always" : "not always",
      ],
    ],
  );
}

async function tiled(folder, four) {
  const tiles = await Promise.all(
    four.map(async ({ row, box }, index) => {
      const photo = sharp(await readFile(join(folder, row.file)))
        .autoOrient()
        .removeAlpha()
        .toColourspace("srgb");
      const { data, info } = await photo
        .resize({ ...TILE, fit: "inside" })
        .png({ compressionLevel: 1 })
        .toBuffer({ resolveWithObject: true });
      const { width } = await sharp(join(folder, row.file)).metadata();
      const scale = info.width / width;
      const [left, top] = [(index % 2) * TILE.width, Math.floor(index / 2) * TILE.height];
      const placed = {
        left: left + box.left * scale,
        top: top + box.top * scale,
        right: left + box.right * scale,
        bottom: top + box.bottom * scale,
      };
      return { layer: { input: data, left, top }, placed };
    }),
  );
  const canvas = { width: TILE.width * 2, height: TILE.height * 2, channels: 3, background: "#777" };
  const bytes = await sharp({ create: canvas })
    .composite(tiles.map(({ layer }) => layer))
    .jpeg({ quality: 92 })
    .toBuffer();
  return { bytes, boxes: tiles.map(({ placed }) => placed) };
}
