/**
 * Watches a server from outside, on a thread of its own, so that what the attack's client does does not count. On a busy machine the server also waits for
 * a core; the kernel says for how long, and that time is told apart.
 */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

/** Pauses between two looks, in milliseconds. */
const HEALTH_EVERY_MS = 10;
const QUERY_EVERY_MS = 50;
const MEMORY_EVERY_MS = 50;

const QUERY = JSON.stringify({ query: "{ plateRecognitions(first: 10) { nodes { id plateNumber capturedAt } } }" });

/** Resolves once the first answers have come. */
export async function startWatch(target) {
  const worker = new Worker(new URL(import.meta.url), { workerData: target });
  const answer = () => new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  const before = await answer();
  await ownLag(target.url);
  return {
    /** Latencies until now; memory until it is at most so many megabytes above what it was, or until the time has run out. */
    async end(settleSeconds, megabytes) {
      worker.postMessage("attack ended");
      const result = { ...(await answer()), lag: await ownLag(target.url) };
      let after = await residentMegabytes(target.pid);
      const deadline = performance.now() + settleSeconds * 1000;
      while (after - before.memory > megabytes && performance.now() < deadline) {
        // See garbage.collector.mjs.
        process.kill(target.pid, "SIGUSR2");
        await sleep(500);
        after = await residentMegabytes(target.pid);
      }
      worker.postMessage("stop");
      await worker.terminate();
      return { ...result, before: before.memory, after };
    },
  };
}

async function residentMegabytes(pid) {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
  if (kilobytes === undefined) throw new Error("the server is gone");
  return Number(kilobytes) / 1024;
}

/** Milliseconds that a thread was ready to run and had no core; 0 where the kernel does not count them. */
function waitedForCore(path) {
  try {
    return Number(readFileSync(path, "utf8").split(" ")[1]) / 1e6;
  } catch {
    return 0;
  }
}

/** The longest delay of the server's event loop since the last time it was asked, in milliseconds, as the server itself measures it. */
async function ownLag(url) {
  const text = await fetch(`${url}/metrics`).then((response) => response.text());
  return Number(/^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(text)?.[1] ?? "NaN") * 1000;
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Milliseconds until the answer was complete. */
function timed(url, agent, options, body) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const outgoing = request(url, { agent, ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () =>
        resolve({
          milliseconds: performance.now() - started,
          ok: response.statusCode === 200 && !text.includes('"errors"'),
        }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function watch({ url, pid }) {
  const agent = new Agent({ keepAlive: true });
  // `stall` is the longest wait for an answer that needs no work, `work` the longest without the time that server and watcher waited for a core.
  const seen = { stall: 0, work: 0, other: 0, otherFailures: 0, peak: 0 };
  const waited = () =>
    waitedForCore(`/proc/${pid}/task/${pid}/schedstat`) + waitedForCore("/proc/thread-self/schedstat");
  let ended = false;
  let stopped = false;
  const every = async (pause, look) => {
    while (!stopped) {
      await look();
      await sleep(pause);
    }
  };
  // Ordinary traffic goes on while memory settles.
  parentPort.on("message", () => {
    if (ended) stopped = true;
    else parentPort.postMessage({ ...seen });
    ended = true;
  });
  const health = () => timed(`${url}/healthz`, agent, {});
  const query = () =>
    timed(`${url}/graphql`, agent, { method: "POST", headers: { "content-type": "application/json" } }, QUERY);
  await Promise.all([health(), query()]);
  parentPort.postMessage({ memory: await residentMegabytes(pid) });
  await Promise.all([
    every(HEALTH_EVERY_MS, async () => {
      const before = waited();
      const { milliseconds } = await health();
      seen.stall = Math.max(seen.stall, milliseconds);
      seen.work = Math.max(seen.work, milliseconds - (waited() - before));
    }),
    every(QUERY_EVERY_MS, async () => {
      const { milliseconds, ok } = await query();
      seen.other = Math.max(seen.other, milliseconds);
      if (!ok) seen.otherFailures += 1;
    }),
    every(MEMORY_EVERY_MS, async () => {
      seen.peak = Math.max(seen.peak, await residentMegabytes(pid));
    }),
  ]);
  agent.destroy();
}

if (!isMainThread) await watch(workerData);
