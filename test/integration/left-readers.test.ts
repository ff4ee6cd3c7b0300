/** E7: commands whose reader leaves, as `head` does, end without a stack trace, and leave no PostgreSQL behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { plategraph } from "../support/plategraph-command.js";

let folder: string;
let backup: string;
let settings: { DATA_DIR: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plategraph-left-"));
  // The embedded PostgreSQL runs as another user where the tests run as root.
  await chmod(folder, 0o755);
  settings = { DATA_DIR: join(folder, "data") };
  backup = join(folder, "backup.sql");
  expect(await plategraph("seed", settings, "--rows", "3000")).toMatchObject({ code: 0 });
  expect(await plategraph("backup", settings, backup)).toMatchObject({ code: 0 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Its reader is gone before it has started. */
async function withoutReader(...args: string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, ["dist/src/plategraph.js", ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close") as Promise<[number | null]>]);
  return { code, stderr };
}

test.each([
  [["--help"]],
  [["recognize", "test/fixtures/blue.jpg", "test/fixtures/two-plates.jpg"]],
  [["doctor"]],
  [["keys", "list"]],
  [["migrate"]],
  [["migrate", "status"]],
  [["migrate", "down", "--yes"]],
  [["seed", "--rows", "1000"]],
  [["backup", "-"]],
  [["backup", "FILE"]],
  [["restore", "--replace", "FILE"]],
  ...["recognize", "doctor", "keys", "migrate", "seed", "backup", "restore"].map((command) => [[command, "--help"]]),
])("%j", async (args) => {
  const given = args.map((argument) => (argument === "FILE" ? backup : argument));
  expect(await withoutReader(...given)).toEqual({ code: 141, stderr: "" });
  // Of the process that has the folder, and of PostgreSQL's.
  expect(await readdir(settings.DATA_DIR)).not.toContain("plategraph.pid");
  expect(await readdir(join(settings.DATA_DIR, "postgres"))).not.toContain("postmaster.pid");
});

test("what changes the database is finished", async () => {
  expect(await withoutReader("keys", "create", "--partner", "unread")).toMatchObject({ code: 141 });
  expect((await plategraph("keys", settings, "list")).stdout).toContain(" unread ");
});

test("a full disk is told in one line", async () => {
  const full = await open("/dev/full", "w");
  const child = spawn(process.execPath, ["dist/src/commands/keys.js", "list"], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...settings },
    stdio: ["ignore", full.fd, "pipe"],
  });
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  await full.close();
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: "The output can't be written: ENOSPC: no space left on device, write\n",
  });
});
