/** How the server ends: within its deadline, and with its embedded PostgreSQL. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { startServer } from "../support/test-server.js";
import { until } from "../support/until.js";

/** Deadline and grace of the server, and room for a busy machine. */
const STOP_WITHIN_MS = 30_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plategraph-stop-"));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

/** The process of the embedded PostgreSQL. */
async function postmaster(): Promise<number> {
  const [pid] = (await readFile(join(folder, "postgres", "postmaster.pid"), "utf8")).split("\n");
  return Number(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A dead process whose parent has not taken note of it still has a number. */
async function isRunning(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z");
  return !/\) [ZX]/.test(status);
}

/** A POST whose body never comes, behind a request whose answer says that the server has read both. */
async function halfSent(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(
    `GET /healthz HTTP/1.1\r\nhost: ${hostname}\r\n\r\nPOST /graphql HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"query":`,
  );
  await once(socket, "data");
  return socket;
}

test("C3: a half-sent request holds the stop up to the deadline and no longer", async () => {
  const server = await startServer({ DATA_DIR: folder, BODY_TIMEOUT_MS: "3600000" });
  const pid = await postmaster();
  const socket = await halfSent(server.url);
  const started = performance.now();
  expect(await server.stop("SIGTERM")).toBe(0);
  expect(performance.now() - started).toBeLessThan(STOP_WITHIN_MS);
  expect(await isRunning(pid)).toBe(false);
  socket.destroy();
});

test("C3: a second SIGTERM ends the wait and still stops PostgreSQL", async () => {
  const server = await startServer({ DATA_DIR: folder });
  const pid = await postmaster();
  const socket = await halfSent(server.url);
  const code = server.stop("SIGTERM");
  await until("stopping", () => server.output().includes("SIGTERM: finishing what is in flight"));
  expect(await server.stop("SIGTERM")).toBe(1);
  expect(await code).toBe(1);
  expect(await isRunning(pid)).toBe(false);
  socket.destroy();
});

test("C2: SIGTERM to `npm start` ends node and PostgreSQL", async () => {
  // Without the build before it: other tests run what is built.
  const npm = spawn("npm", ["start", "--ignore-scripts"], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: "0", LOCAL_THREADS: "1", DATA_DIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(npm, "exit");
  let output = "";
  const url = await new Promise<string>((resolve, reject) => {
    npm.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const address = /listening on (http:\/\/[^\s"]+)/.exec(output)?.[1];
      if (address !== undefined) resolve(address);
    });
    void exited.then(() => reject(new Error(`npm start ended:\n${output}`)));
  });
  const pid = await postmaster();
  const node = Number(/\d+/.exec(await readFile(join(folder, "plategraph.pid"), "utf8"))?.[0]);
  expect(await isRunning(node)).toBe(true);
  npm.kill("SIGTERM");
  await exited;
  const deadline = performance.now() + STOP_WITHIN_MS;
  while (((await isRunning(node)) || (await isRunning(pid))) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect([await isRunning(node), await isRunning(pid)]).toEqual([false, false]);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

test("npx: the server stops when the shell in between is ended, in which npm's SIGTERM gets lost", async () => {
  // As `npm exec` runs it. The second command keeps the shell from becoming the server itself.
  const shell = spawn("sh", ["-c", `${process.execPath} dist/src/main.js; true`], {
    env: { PATH: process.env.PATH, PORT: "0", DATA_DIR: folder, LOCAL_THREADS: "1", npm_command: "exec" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  const listening = new Promise<void>((resolve) => {
    shell.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("listening on")) resolve();
    });
  });
  // The server holds the other end of the pipe.
  const ended = once(shell.stdout, "end");
  await listening;
  const pid = await postmaster();
  const stopped = performance.now();
  shell.kill("SIGTERM");
  await ended;
  expect(performance.now() - stopped).toBeLessThan(STOP_WITHIN_MS);
  expect(output).toContain("stopped");
  expect(await isRunning(pid)).toBe(false);
});

test("a server whose log nobody reads any more goes on, and stops cleanly", async () => {
  const server = spawn(process.execPath, ["dist/src/main.js"], {
    env: { PATH: process.env.PATH, PORT: "0", DATA_DIR: folder, LOCAL_THREADS: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(server, "exit");
  const url = await new Promise<string>((resolve) => {
    let output = "";
    server.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const address = /listening on (http:\/\/[^\s"]+)/.exec(output)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  server.stdout.destroy();
  // More than one group of lines: each of them fails.
  for (let sent = 0; sent < 5; sent += 1) {
    expect(
      (await fetch(`${url}/graphql?query={__typename}`, { headers: { "apollo-require-preflight": "1" } })).status,
    ).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  server.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});
