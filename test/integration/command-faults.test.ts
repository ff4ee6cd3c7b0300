/** E7, E8: commands end with one line on standard error, and wait for a database that is not up. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { startFailing } from "../support/test-server.js";

interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

function run(command: string, args: string[], settings: Record<string, string>): Promise<Run> {
  const env = { PATH: process.env.PATH, ...settings };
  return new Promise((resolve) => {
    execFile(process.execPath, [`dist/src/commands/${command}.js`, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

/** On which nothing listens, and which no other program is given meanwhile. */
const CLOSED_PORT = 1;

test("E7: seed --help tells how it is used; an option that there is not is refused in one line", async () => {
  const help = await run("seed", ["--help"], {});
  expect({ code: help.code, stderr: help.stderr }).toEqual({ code: 0, stderr: "" });
  expect(help.stdout).toContain("Usage: npm run seed");
  const { code, stdout, stderr } = await run("seed", ["--row", "5"], {});
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^[^\n]*'--row'[^\n]*\n$/);
});

test.each([
  "main",
  ...["backup", "doctor", "keys", "migrate", "recognize", "restore", "seed"].map((name) => `commands/${name}`),
])("E7: %s says in one line that .env can't be read", async (program) => {
  const folder = await mkdtemp(join(tmpdir(), "plategraph-env-"));
  await mkdir(join(folder, ".env"));
  const ended = promisify(execFile)(process.execPath, [resolve(`dist/src/${program}.js`)], { cwd: folder });
  await expect(ended).rejects.toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^\.env can't be read: [^\n]*\n$/),
  });
  await rm(folder, { recursive: true });
});

test.each(["migrate", "seed"])("E7: %s with a bad address says so without a stack trace", async (command) => {
  const { code, stderr } = await run(command, [], { DATABASE_URL: "localhost" });
  expect(code).toBe(1);
  expect(stderr).toContain("DATABASE_URL");
  expect(stderr).not.toMatch(/\n\s+at /);
});

test.each(["migrate", "seed"])(
  "E8: %s waits for a database that is not up, then names the setting",
  async (command) => {
    const settings = {
      DATABASE_URL: `postgres://me:secret@127.0.0.1:${CLOSED_PORT}/plates`,
      DATABASE_WAIT_SECONDS: "1",
    };
    const { code, stdout, stderr } = await run(command, [], settings);
    expect(code).toBe(1);
    expect(stdout).toContain(`127.0.0.1:${CLOSED_PORT} (DATABASE_URL) is not up yet`);
    expect(stderr).toMatch(/^[^\n]*\(DATABASE_URL\) can't be reached: connect ECONNREFUSED[^\n]*\n$/);
    expect(stdout + stderr).not.toContain("secret");
  },
);

test("E8: commands name a variable that resembles a setting", async () => {
  const { stderr } = await run("recognize", ["test/fixtures/blue.jpg"], { LOCAL_THREAD: "4" });
  expect(stderr).toBe("LOCAL_THREAD is no setting and is ignored; is LOCAL_THREADS meant?\n");
});

test.each([
  ["migrate"],
  ["migrate", "status"],
  ["migrate", "down"],
  ["seed"],
  ["keys", "list"],
  ["backup", "-"],
  ["restore", "README.md"],
])("E8: so does %s %s, beside a fault in the settings", async (command, ...args) => {
  const { code, stdout, stderr } = await run(command ?? "", args, { DATABASE_UR: "x", DATABASE_URL: "localhost" });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(
    /^DATABASE_UR is no setting and is ignored; is DATABASE_URL meant\?\nThe settings have a fault:\n  - DATABASE_URL [^\n]*\n$/,
  );
});

test("E7: the server refuses arguments, which would be ignored; --help tells how it is used", async () => {
  const refused = await run("../main", ["--port", "5000"], {});
  expect({ ...refused, stderr: refused.stderr.split("\n")[0] }).toEqual({
    code: 2,
    stdout: "",
    stderr: "Unexpected argument: --port.",
  });
  const help = await run("../main", ["--help"], {});
  expect({ code: help.code, stderr: help.stderr }).toEqual({ code: 0, stderr: "" });
  expect(help.stdout).toContain("Usage: plategraph start");
});

test("E8: the server waits too", async () => {
  const url = `postgres://me:secret@127.0.0.1:${CLOSED_PORT}/plates`;
  const { code, output } = await startFailing({ DATABASE_URL: url, DATABASE_WAIT_SECONDS: "1" });
  expect(code).toBe(1);
  expect(output).toContain("(DATABASE_URL) is not up yet");
  expect(output).toContain("(DATABASE_URL) can't be reached");
});

test("E7: a password that is refused is not waited for", async () => {
  const url = Object.assign(new URL(process.env.TEST_ADMIN_URL ?? ""), { password: "wrong" }).href;
  const started = performance.now();
  const { code, stderr } = await run("migrate", [], { DATABASE_URL: url });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^[^\n]*refuses the connection: [^\n]*password[^\n]*\n$/);
  expect(performance.now() - started).toBeLessThan(20_000);
});
