/** Finds plates in the pictures that a JSON file names, by the server's own decoding and detector (built); prints JSON. */
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { decodeUpright } from "../../dist/src/images/pixels.decoder.js";
import { readPhoto } from "../../dist/src/images/photo.reader.js";
import { PlateDetector } from "../../dist/src/engines/local/plate.detector.js";
import { searchAt } from "../../dist/src/engines/local/plate.search.js";

const LIMITS = { maxBytes: 2 ** 28, maxPixels: 1e9, maxSide: 1e5 };
/** As the server decodes: see local.engine.ts. */
const MAX_LONG_SIDE = 2048;
sharp.concurrency(1);

// {models, longSide, threshold, pictures: [{path, cut?: [left, top, width, height]}]}
const job = JSON.parse(await readFile(process.argv[2], "utf8"));
const detector = await PlateDetector.load(job.models);
const { settings } = detector;
settings.scoreThreshold = job.threshold ?? settings.scoreThreshold;
const outcomes = [];
for (const { path, cut } of job.pictures) {
  const bytes = cut ? await cutOut(path, cut) : await readFile(path);
  const pixels = await decodeUpright(await readPhoto({ bytes }, "UPLOAD", LIMITS), { maxLongSide: MAX_LONG_SIDE });
  const started = performance.now();
  const { detections: finds } = await searchAt(detector, pixels, job.longSide);
  const ms = performance.now() - started;
  const inPhoto = (value) => value / pixels.scale;
  outcomes.push({ ms, finds: finds.map(({ score, quad }) => ({ score, quad: quad.map(({ x, y }) => [inPhoto(x), inPhoto(y)]) })) });
}
console.log(JSON.stringify(outcomes));

async function cutOut(path, [left, top, width, height]) {
  const upright = await sharp(path).autoOrient().removeAlpha().png().toBuffer();
  return sharp(upright).extract({ left, top, width, height }).png().toBuffer();
}
