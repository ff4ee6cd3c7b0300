/** The embedded PostgreSQL beside a real server: killed, not to be started again, and wanted by several servers at once. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { startOfProcess } from "../../src/database/process.identity.js";
import { fixture, graphql, upload } from "../support/graphql-client.js";
import { startServer, type TestServer } from "../support/test-server.js";

let folder: string;
let running: TestServer[];
let bystander: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plategraph-embedded-"));
  running = [];
});

afterEach(async () => {
  for (const server of running) await server.stop();
  bystander?.kill("SIGKILL");
  bystander = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<TestServer> {
  const server = await startServer({ DATA_DIR: folder });
  running.push(server);
  return server;
}

const lockFile = () => join(folder, "plategraph.pid");
const postgresLockFile = () => join(folder, "postgres", "postmaster.pid");

async function firstNumberIn(file: string): Promise<number> {
  return Number((await readFile(file, "utf8")).split("\n")[0]);
}

async function killPostgres(): Promise<void> {
  process.kill(await firstNumberIn(postgresLockFile()), "SIGKILL");
}

/** Asks again until the answer is this one, for 30 s at most. */
async function readiness(url: string, status: number): Promise<number> {
  const end = Date.now() + 30_000;
  let answered = 0;
  while (answered !== status && Date.now() < end) {
    answered = (await fetch(`${url}/readyz`)).status;
    if (answered !== status) await wait(20);
  }
  return answered;
}

async function sightings(url: string): Promise<number | undefined> {
  const { data } = await graphql<{ plate: { sightings: number } | null }>(
    url,
    '{ plate(number: "渝X32547") { sightings } }',
  );
  return data.plate?.sightings;
}

describe("C4: the embedded PostgreSQL is killed", () => {
  test("the server is not ready, starts it again, and goes on with its data", async () => {
    const server = await start();
    await upload(server.url, await fixture("blue"));
    const before = await firstNumberIn(postgresLockFile());
    await killPostgres();
    expect(await readiness(server.url, 503)).toBe(503);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(await readiness(server.url, 200)).toBe(200);
    expect(await firstNumberIn(postgresLockFile())).not.toBe(before);
    await upload(server.url, await fixture("blue"));
    expect(await sightings(server.url)).toBe(2);
    const after = await firstNumberIn(postgresLockFile());
    expect(await server.stop()).toBe(0);
    expect(await startOfProcess(after)).toBeNull();
  });

  test("when it can't be started again, the server ends with 1 and says so in one line", async () => {
    const server = await start();
    await rename(join(folder, "postgres", "global", "pg_control"), join(folder, "pg_control"));
    await killPostgres();
    expect(await Promise.race([server.exited, wait(50_000, "still runs")])).toBe(1);
    const lines = server
      .output()
      .split("\n")
      .filter((line) => line.includes('"level":60'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("the embedded PostgreSQL ended and can't be started again");
  });

  test("a stop while it is away is a clean stop", async () => {
    const server = await start();
    await killPostgres();
    // With the output, which says what failed.
    expect([await server.stop(), /"level":60.*/.exec(server.output())?.[0]]).toEqual([0, undefined]);
    await expect(stat(lockFile())).rejects.toThrow("ENOENT");
  });
});

describe("C5: several servers and one folder", () => {
  /** A process that has nothing to do with PlateGraph and must not be signalled. */
  async function startBystander(): Promise<number> {
    const { uid, gid } = await stat(join(folder, "postgres"));
    bystander = spawn("sleep", ["120"], { uid, gid, stdio: "ignore" });
    return bystander.pid ?? 0;
  }

  test("of five that start at once beside stale locks one starts, and the others name it", async () => {
    // A server and its PostgreSQL are killed; then another process has got the numbers that they left in their files.
    const killed = await start();
    running = [];
    await upload(killed.url, await fixture("blue"));
    await killed.stop("SIGKILL");
    await killPostgres();
    const other = await startBystander();
    for (const file of [lockFile(), postgresLockFile()]) {
      const [, ...rest] = (await readFile(file, "utf8")).split("\n");
      await writeFile(file, [other, ...rest].join("\n"));
    }

    const starts = await Promise.allSettled(Array.from({ length: 5 }, start));
    const holder = await firstNumberIn(lockFile());
    const failures = starts.flatMap((outcome) => (outcome.status === "rejected" ? [String(outcome.reason)] : []));
    expect(running).toHaveLength(1);
    expect(failures).toHaveLength(4);
    for (const failure of failures) expect(failure).toContain(`Another PlateGraph (process ${holder}) uses ${folder}`);
    expect(await sightings(running[0]?.url ?? "")).toBe(1);
    expect(bystander?.exitCode ?? bystander?.signalCode ?? "alive").toBe("alive");
    expect(await running.pop()?.stop()).toBe(0);
    await expect(stat(lockFile())).rejects.toThrow("ENOENT");
  });
});
