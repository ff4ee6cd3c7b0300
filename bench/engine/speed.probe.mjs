/** `node speed.probe.mjs MODELS THREADS STARTED FILE…`: the recogniser of the server, timed; prints JSON. */
import sharp from "sharp";
import { readPhoto } from "../../dist/src/images/photo.reader.js";
import { LocalRecognizer } from "../../dist/src/recognizers/local/local.recognizer.js";

const PIXELS = 1e6;
const ROUNDS = 4;
const [modelsDir, threads, started, ...files] = process.argv.slice(2);
const logger = { error: (...what) => console.error(...what) };
const recognizer = await LocalRecognizer.start({
  modelsDir,
  threads: Number(threads),
  queueLength: 1000,
  timeoutMs: 60_000,
  logger,
});
const coldMs = Date.now() - Number(started);

const jpegs = [];
for (const file of files) {
  const { width, height } = await sharp(file).metadata();
  const scale = Math.sqrt(PIXELS / (width * height));
  jpegs.push(
    await sharp(file)
      .removeAlpha()
      .resize(Math.round(width * scale), Math.round(height * scale), { fit: "fill" })
      .jpeg({ quality: 88 })
      .toBuffer(),
  );
}
const tasks = Array.from({ length: ROUNDS }, () => jpegs).flat();
for (const bytes of jpegs.slice(0, 6)) await read(bytes);
const times = [];
const begun = performance.now();
await Promise.all(
  Array.from({ length: Number(threads) }, async () => {
    for (let bytes = tasks.pop(); bytes !== undefined; bytes = tasks.pop()) {
      const from = performance.now();
      await read(bytes);
      times.push(performance.now() - from);
    }
  }),
);
const seconds = (performance.now() - begun) / 1000;
const rssMb = process.memoryUsage.rss() / 1e6;
await recognizer.close();
times.sort((a, b) => a - b);
const at = (share) => times[Math.floor(times.length * share)];
console.log(JSON.stringify({ coldMs, rssMb, perSecond: times.length / seconds, medianMs: at(0.5), p95Ms: at(0.95) }));

async function read(bytes) {
  return recognizer.recognize(await readPhoto(bytes, "UPLOAD", { maxBytes: 1e9, maxPixels: 1e9 }));
}
