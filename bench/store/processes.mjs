/** Servers as processes of their own, each kept to a core, and the load put on them. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

/** One core for the server; the database and the load share the rest. */
export const SERVER_CORE = "0";
export const OTHER_CORES = availableParallelism() > 1 ? `1-${availableParallelism() - 1}` : "0";
/** How many callers at once, unless it is said. */
const CONNECTIONS = 32;
/** What has no answer by then is a fault. */
const PATIENCE_SECONDS = 30;

/** Starts the program on the server's core; resolves when it says where it listens. */
export async function startServer(command, args, env) {
  const child = spawn("taskset", ["-c", SERVER_CORE, command, ...args], { env, stdio: ["ignore", "pipe", "ignore"] });
  const url = await new Promise((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const address = /listening on (http:\/\/\S+)/.exec(output);
      if (address) resolve(address[1]);
    });
    child.once("exit", (code) => reject(new Error(`${args.at(-1)} ended with ${code}: ${output}`)));
  });
  return {
    url,
    pid: child.pid,
    stop: async () => {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** Keeps a running process and its children to the other cores. */
export async function keepAside(pid) {
  await run("taskset", ["-acp", OTHER_CORES, String(pid)]);
}

/**
 * Puts the bodies in `file` on the address for so many seconds, or the one form that it is where a boundary is given; `headers` are lines such as
 * `authorization: Bearer …`. Throws where any answer is not as it should be.
 */
export async function load({ url, file, seconds, connections = CONNECTIONS, boundary = null, headers = [] }) {
  const options = [
    "-t1",
    `-c${connections}`,
    `-d${seconds}s`,
    "--timeout",
    `${PATIENCE_SECONDS}s`,
    "-s",
    new URL("load.lua", import.meta.url).pathname,
    ...headers.flatMap((header) => ["-H", header]),
    url,
    "--",
    file,
    ...(boundary === null ? [] : [boundary]),
  ];
  // wrk waits for ever where nobody listens any more.
  const timeout = (seconds + PATIENCE_SECONDS) * 1000;
  const { stdout, stderr } = await run("taskset", ["-c", OTHER_CORES, "wrk", ...options], { timeout }).catch(
    (error) => {
      if (error.killed) throw new Error(`${url} did not answer; its server may have ended`);
      throw new Error(`wrk is needed (apt-get install wrk, or brew install wrk): ${error.message}`);
    },
  );
  const result = JSON.parse(stdout.trim().split("\n").at(-1));
  if (result.faults > 0)
    throw new Error(`${result.faults} of ${result.requests} requests to ${url} failed: ${stderr.slice(0, 1000)}`);
  return { requests: result.requests, perSecond: result.requests / result.seconds, p50: result.p50, p99: result.p99 };
}
