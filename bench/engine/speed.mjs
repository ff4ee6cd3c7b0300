/** Time, cold start, memory and the gain of a second thread, each in a process of its own. */
import { execFile } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { table } from "./tables.mjs";

const PROBE = fileURLToPath(new URL("./speed.probe.mjs", import.meta.url));

/** @param files photos, which the probe makes JPEGs of one megapixel of */
export async function speedTable(modelsDir, files) {
  const [one, two] = [await probe(modelsDir, 1, files), await probe(modelsDir, 2, files)];
  const sizes = await Promise.all(
    (await readdir(modelsDir)).filter((name) => /\.(onnx|json)$/.test(name)).map((name) => stat(join(modelsDir, name))),
  );
  const megabytes = sizes.reduce((sum, { size }) => sum + size, 0) / 1e6;
  return table(
    ["what", "measured"],
    [
      ["machine", `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} cores, Node ${process.version}`],
      [
        "a 1-megapixel JPEG, decoding included, one thread",
        `median ${one.medianMs.toFixed(1)} ms, p95 ${one.p95Ms.toFixed(1)} ms`,
      ],
      ["the same, two at once on two threads", `median ${two.medianMs.toFixed(1)} ms, p95 ${two.p95Ms.toFixed(1)} ms`],
      [
        "photos a second, one thread and two",
        `${one.perSecond.toFixed(1)} and ${two.perSecond.toFixed(1)}: ${(two.perSecond / one.perSecond).toFixed(2)} times`,
      ],
      ["cold start: process started to models loaded and warm", `${one.coldMs.toFixed(0)} ms`],
      ["resident memory after the run, one thread and two", `${one.rssMb.toFixed(0)} and ${two.rssMb.toFixed(0)} MB`],
      ["size of the model files", `${megabytes.toFixed(2)} MB`],
    ],
  );
}

async function probe(modelsDir, threads, files) {
  const started = Date.now();
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [PROBE, modelsDir, String(threads), String(started), ...files],
    { maxBuffer: 1e8 },
  );
  return JSON.parse(stdout);
}
