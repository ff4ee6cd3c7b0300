/** Where the milliseconds of a photo go: the steps of one pipeline in this thread, timed where they call the image library and the models. */
import sharp from "sharp";
import { readPhoto } from "../../dist/src/images/photo.reader.js";
import { PlatePipeline } from "../../dist/src/engines/local/plate.pipeline.js";
import { table } from "../tables.mjs";
import { megapixelJpegs } from "./speed.photos.mjs";

const ROUNDS = 4;
const LIMITS = { maxBytes: 1e9, maxPixels: 1e9, maxSide: 1e5 };

export async function stageTable(modelsDir, files) {
  const engine = await PlatePipeline.load(modelsDir);
  sharp.concurrency(1);
  const calls = [];
  const undo = timeCalls(Object.getPrototypeOf(sharp(Buffer.alloc(1))), "toBuffer", "image", calls);
  const { detector, reader } = engine.detectionReader;
  timeCalls(detector.session, "run", "detector", calls);
  timeCalls(reader.session, "run", "reader", calls);
  const photos = [];
  for (const bytes of await megapixelJpegs(files)) photos.push(await readPhoto({ bytes }, "UPLOAD", LIMITS));
  for (const photo of photos) await engine.read(photo);
  const spent = [];
  for (const photo of Array.from({ length: ROUNDS }, () => photos).flat()) {
    calls.length = 0;
    const from = performance.now();
    await engine.read(photo);
    spent.push({ all: performance.now() - from, steps: stepsOf(calls) });
  }
  undo();
  const mean = (of) => spent.reduce((sum, photo) => sum + of(photo), 0) / spent.length;
  const names = [...new Set(spent.flatMap(({ steps }) => Object.keys(steps)))];
  const rows = names.map((name) => [
    name,
    mean(({ steps }) => steps[name]?.count ?? 0).toFixed(1),
    mean(({ steps }) => steps[name]?.ms ?? 0).toFixed(1),
  ]);
  const inSteps = ({ steps }) => Object.values(steps).reduce((sum, { ms }) => sum + ms, 0);
  rows.push([
    "the rest: straightening, decoding of the text",
    "",
    mean((photo) => photo.all - inSteps(photo)).toFixed(1),
  ]);
  rows.push(["all", "", mean(({ all }) => all).toFixed(1)]);
  return table(["step", "calls a photo", "ms a photo, mean"], rows);
}

/** {step: {count, ms}}: the first call of the library decodes the photo, the first one of the detector sees all of it. */
function stepsOf(calls) {
  const steps = {};
  const seen = new Set();
  for (const { what, ms } of calls) {
    const name = {
      image: ["decoding", "resizing"],
      detector: ["detector, whole photo", "detector, plate seen closer"],
    };
    const step = name[what]?.[seen.has(what) ? 1 : 0] ?? "reader";
    seen.add(what);
    const { count, ms: before } = steps[step] ?? { count: 0, ms: 0 };
    steps[step] = { count: count + 1, ms: before + ms };
  }
  return steps;
}

/** Returns what undoes it. */
function timeCalls(target, method, what, calls) {
  const own = target[method];
  target[method] = async function (...args) {
    const from = performance.now();
    try {
      return await own.apply(this, args);
    } finally {
      calls.push({ what, ms: performance.now() - from });
    }
  };
  return () => {
    target[method] = own;
  };
}
