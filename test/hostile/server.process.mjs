/** The built server as a process of its own, on its embedded PostgreSQL, with a seeded store. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import pg from "pg";

const run = promisify(execFile);

/** Of a level above it are faults of the server, which no caller may cause. */
const WARN = 40;

const collector = new URL("garbage.collector.mjs", import.meta.url).href;

/**
 * @param settings beside those that every run has
 * @param prepare changes the seeded store before the server starts; it is given what runs one statement
 */
export async function startHostedServer({ rows, settings = {}, prepare }) {
  const folder = await mkdtemp(join(tmpdir(), "plategraph-hostile-"));
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: folder, MALLOC_ARENA_MAX: "2" };
  await run(process.execPath, ["dist/src/commands/seed.js", "--rows", String(rows)], { env: environment });
  if (prepare) await onDatabase(folder, prepare);
  const child = spawn(process.execPath, ["--import", collector, "dist/src/main.js"], {
    // Shorter than the defaults, so that a run does not wait for them.
    env: { ...environment, PORT: "0", BODY_TIMEOUT_MS: "15000", ANSWER_TIMEOUT_MS: "5000", ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let lastLines = "";
  const faultLines = [];
  const url = await new Promise((resolve, reject) => {
    // Line by line: a log of a line for each of 100,000 requests, searched as a whole at each piece, took most of the time.
    createInterface({ input: child.stdout }).on("line", (line) => {
      lastLines = `${lastLines}${line}\n`.slice(-10_000);
      const address = /listening on (http:\/\/[^\s"]+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
      if (line.startsWith("{") && (JSON.parse(line).level ?? 0) > WARN) faultLines.push(line);
    });
    exited.then(() => reject(new Error(`the server ended:\n${lastLines}`)));
  });
  return {
    url,
    pid: child.pid,
    /** False once the process has ended. */
    lives: () => child.exitCode === null && child.signalCode === null,
    /** A new key of a partner, by `npm run keys`. */
    createKey: async (partner, scopes) => {
      const args = ["dist/src/commands/keys.js", "create", "--partner", partner, "--scopes", scopes];
      return (await run(process.execPath, args, { env: environment })).stdout.trim().split("\n").at(-1);
    },
    /** Lines of the log that report a fault of the server. */
    faultLines: () => faultLines,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function onDatabase(folder, work) {
  const { startEmbeddedServer } = await import("../../dist/src/database/embedded.server.js");
  const server = await startEmbeddedServer(folder, console);
  const client = new pg.Client({ connectionString: server.url });
  try {
    await client.connect();
    await work((text, values) => client.query(text, values));
  } finally {
    await client.end();
    await server.stop();
  }
}
