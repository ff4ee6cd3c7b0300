/** Time, cold start, memory and the gain of a second thread, each in a process of its own. */
import { execFile } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { table } from "../tables.mjs";

/** Pairs of one worker and two, side by side: the machine's own speed changes within minutes, and minutes apart the gain came out as 1.00 to 1.55. */
const ROUNDS = 3;
const PROBE = fileURLToPath(new URL("./speed.probe.mjs", import.meta.url));

/** @param files photos, which the probe makes JPEGs of one megapixel of */
export async function speedTable(modelsDir, files) {
  const one = await probe(modelsDir, files, { threads: 1 });
  const pairs = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const alone = await probe(modelsDir, files, { threads: 1, cores: "0" });
    const both = await probe(modelsDir, files, { threads: 2 });
    pairs.push({ alone, both, gain: both.perSecond / alone.perSecond });
  }
  const { alone: onOneCore, both: two, gain } = pairs.sort((first, second) => first.gain - second.gain)[ROUNDS >> 1];
  const names = (await readdir(modelsDir)).filter((name) => /\.(onnx|json)$/.test(name));
  const sizes = await Promise.all(names.map((name) => stat(join(modelsDir, name))));
  const megabytes = sizes.reduce((sum, { size }) => sum + size, 0) / 1e6;
  const times = ({ medianMs, p95Ms }) => `median ${medianMs.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms`;
  return table(
    ["what", "measured"],
    [
      ["machine", `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} cores, Node ${process.version}`],
      ["a 1-megapixel JPEG, decoding included, one at a time", times(one)],
      ["the same on one core only", times(onOneCore)],
      [
        "photos a second: one worker on one core, two on all",
        `${onOneCore.perSecond.toFixed(1)} and ${two.perSecond.toFixed(1)}: ${gain.toFixed(2)} times (middle of ${ROUNDS} pairs)`,
      ],
      ["cold start: process started to models loaded and warm", `${one.coldMs.toFixed(0)} ms`],
      ["resident memory after the run, one worker and two", `${one.rssMb.toFixed(0)} and ${two.rssMb.toFixed(0)} MB`],
      ["size of the model files", `${megabytes.toFixed(2)} MB`],
    ],
  );
}

/** @param cores as `taskset -c` takes them (Linux) */
async function probe(modelsDir, files, { threads, cores }) {
  const pinned = cores === undefined ? [] : ["taskset", "-c", cores];
  const [command, ...args] = [
    ...pinned,
    process.execPath,
    PROBE,
    modelsDir,
    String(threads),
    String(Date.now()),
    ...files,
  ];
  // As `npm start` sets it.
  const env = { ...process.env, MALLOC_ARENA_MAX: "2" };
  const { stdout } = await promisify(execFile)(command, args, { maxBuffer: 1e8, env });
  return JSON.parse(stdout);
}
