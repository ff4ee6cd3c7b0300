/** `node speed.probe.mjs MODELS THREADS STARTED FILE…`: the recogniser of the server, timed; prints JSON. */
import { readPhoto } from "../../dist/src/images/photo.reader.js";
import { LocalEngine } from "../../dist/src/engines/local/local.engine.js";
import { megapixelJpegs } from "./speed.photos.mjs";

const ROUNDS = 4;
const [modelsDir, threads, started, ...files] = process.argv.slice(2);
const logger = { error: (...what) => console.error(...what) };
/** Nobody leaves before the end. */
const CALL = { signal: new AbortController().signal, partnerId: "" };

const recognizer = await LocalEngine.start({
  modelsDir,
  threads: Number(threads),
  queueLength: 1000,
  timeoutMs: 60_000,
  logger,
});
const coldMs = Date.now() - Number(started);

const jpegs = await megapixelJpegs(files);
const tasks = Array.from({ length: ROUNDS }, () => jpegs).flat();
for (const bytes of jpegs.slice(0, 6)) await read(bytes);
const times = (await timed(1)).times.sort((a, b) => a - b);
// Twice as many as there are threads: none of them waits for work, as under load.
const { seconds } = await timed(2 * Number(threads));
const rssMb = process.memoryUsage.rss() / 1e6;
await recognizer.close();
const at = (share) => times[Math.floor(times.length * share)];
console.log(JSON.stringify({ coldMs, rssMb, perSecond: tasks.length / seconds, medianMs: at(0.5), p95Ms: at(0.95) }));

/** Reads all the photos, so many at a time. */
async function timed(atOnce) {
  const waiting = [...tasks];
  const times = [];
  const begun = performance.now();
  const readOn = async () => {
    for (let bytes = waiting.pop(); bytes !== undefined; bytes = waiting.pop()) {
      const from = performance.now();
      await read(bytes);
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, readOn));
  return { times, seconds: (performance.now() - begun) / 1000 };
}

async function read(bytes) {
  return recognizer.locate(await readPhoto({ bytes }, "UPLOAD", { maxBytes: 1e9, maxPixels: 1e9, maxSide: 1e5 }), CALL);
}
