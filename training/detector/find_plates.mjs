/** Finds plates in the pictures that a JSON file names, by the server's own code (built); prints JSON. */
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { decodeUpright } from "../../dist/src/images/pixels.decoder.js";
import { readPhoto } from "../../dist/src/images/photo.reader.js";
import { LocalEngine } from "../../dist/src/recognizers/local/local.engine.js";

const LIMITS = { maxBytes: 2 ** 28, maxPixels: 1e9 };
const MAX_LONG_SIDE = 2048;
sharp.concurrency(1);

// {models, longSide, threshold, pictures: [{path, cut?: [left, top, width, height]}]}
const job = JSON.parse(await readFile(process.argv[2], "utf8"));
// `search` and `lookCloser` are private to TypeScript only: what is judged must be what the server does, not a copy of it.
const engine = await LocalEngine.load(job.models);
Object.assign(engine.detector.settings, {
  scoreThreshold: job.threshold ?? engine.detector.settings.scoreThreshold,
  inputLongSide: job.longSide ?? engine.detector.settings.inputLongSide,
});
const outcomes = [];
for (const { path, cut } of job.pictures) {
  const pixels = await pixelsOf(path, cut);
  const started = performance.now();
  const finds = await engine.search(pixels);
  const ms = performance.now() - started;
  const closer = [];
  for (const find of finds) closer.push(await engine.lookCloser(pixels, find));
  outcomes.push({ ms, coarse: finds.map(plain), closer: closer.map(plain), scale: pixels.scale });

  function plain({ score, quad }) {
    return { score, quad: quad.map(({ x, y }) => [x / pixels.scale, y / pixels.scale]) };
  }
}
console.log(JSON.stringify({ settings: engine.detector.settings, outcomes }));

async function pixelsOf(path, cut) {
  const bytes = cut ? await cutOut(path, cut) : await readFile(path);
  return decodeUpright(await readPhoto(bytes, "UPLOAD", LIMITS), { maxLongSide: MAX_LONG_SIDE });
}

async function cutOut(path, [left, top, width, height]) {
  const upright = await sharp(path).autoOrient().removeAlpha().png().toBuffer();
  return sharp(upright).extract({ left, top, width, height }).png().toBuffer();
}
