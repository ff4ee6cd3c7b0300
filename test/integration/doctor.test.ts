/** `plategraph`: its table of commands, and `plategraph doctor` on settings that are right and wrong. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";

const PROGRAM = resolve("bin/plategraph.mjs");

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function plategraph(args: readonly string[], settings: Record<string, string> = {}, cwd = folder): Promise<Ended> {
  return new Promise((done) => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, PORT: "0", ...settings };
    execFile(process.execPath, [PROGRAM, ...args], { env, cwd }, (error, stdout, stderr) =>
      done({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, stdout, stderr }),
    );
  });
}

/** What the doctor says of one thing, such as `["ok Node.js 20.19 …"]`. */
function said({ stdout }: Ended, what: string): string[] {
  return stdout
    .split("\n")
    .map((line) => /^(ok|warn|fail) +(\S+) +(.*)$/.exec(line))
    .filter((match) => match?.[2] === what)
    .map((match) => `${match?.[1] ?? ""} ${match?.[3] ?? ""}`);
}

let folder: string;
let database: TestDatabase;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plategraph-doctor-"));
  database = await createTestDatabase();
});

afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

describe("plategraph", () => {
  test("--help names every command; --version is the package's", async () => {
    const help = await plategraph(["--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    for (const command of ["start", "migrate", "seed", "recognize", "keys", "doctor"]) {
      expect(help.stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
    }
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    expect(await plategraph(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test.each([
    [["strat"], 'There is no command "strat".'],
    [["constructor"], "There is no command"],
    [[], "No command was given."],
  ])("%j is refused with the list of commands", async (args, problem) => {
    const { code, stdout, stderr } = await plategraph(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(problem);
    expect(stderr).toContain("  doctor ");
  });

  test("arguments reach the command: `keys list`, in the caller's folder", async () => {
    const made = await plategraph(["keys", "create", "--partner", "acme"], { DATABASE_URL: database.url });
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/plg_\w+\n$/);
    const list = await plategraph(["keys", "list"], { DATABASE_URL: database.url });
    expect(list.stdout).toContain("acme");
  });
});

describe("plategraph doctor", () => {
  test("finds nothing wrong: a migrated database, the engine reads its sample, no vendor", async () => {
    const answer = await plategraph(["doctor"], { DATABASE_URL: database.url });
    expect(answer).toMatchObject({ code: 0, stderr: "" });
    expect(said(answer, "node")).toEqual([expect.stringContaining(`ok Node.js ${process.versions.node}`)]);
    expect(said(answer, "database")).toEqual([expect.stringMatching(/^ok PostgreSQL at 127\.0\.0\.1:\d+, version 18/)]);
    expect(said(answer, "engine")).toEqual([expect.stringContaining("ok read 渝X32547")]);
    expect(said(answer, "vendor")).toEqual([expect.stringContaining("ok not set up")]);
    expect(said(answer, "clock")).toEqual([
      expect.stringMatching(/^ok [\d.]+ s (behind|ahead of) the clock of PostgreSQL/),
    ]);
    // The password in DATABASE_URL is not for the screen.
    expect(answer.stdout).not.toContain(new URL(database.url).password);
  });

  test("names settings that nobody reads, in .env too, and every faulty one", async () => {
    const own = await mkdtemp(join(folder, "settings-"));
    await writeFile(join(own, ".env"), "LOCAL_THREAD=3\nMY_OWN=1\n");
    const answer = await plategraph(["doctor"], { PORT: "many", LOCAL_QUEUE: "-1" }, own);
    expect(answer.code).toBe(1);
    expect(said(answer, "settings").sort()).toEqual([
      expect.stringContaining("fail LOCAL_QUEUE must be a whole number"),
      expect.stringContaining("fail PORT must be a whole number"),
      expect.stringContaining("warn LOCAL_THREAD is no setting and is ignored: write LOCAL_THREADS"),
      expect.stringContaining("warn MY_OWN in .env is no setting"),
    ]);
  });

  test("a database that is away, one without tables, a vendor that is away: each with what to do, and status 1", async () => {
    const empty = await createTestDatabase("template1");
    try {
      const unmigrated = await plategraph(["doctor"], { DATABASE_URL: empty.url });
      expect(unmigrated.code).toBe(1);
      expect(said(unmigrated, "database")).toEqual([expect.stringContaining("npm run migrate")]);
    } finally {
      await empty.drop();
    }
    const away = await plategraph(["doctor"], {
      DATABASE_URL: "postgres://plategraph:secret-word@127.0.0.1:1/plategraph",
      JUHE_KEY: "secret-key",
      JUHE_BASE_URL: "http://127.0.0.1:1",
    });
    expect(away.code).toBe(1);
    expect(said(away, "database")).toEqual([
      expect.stringMatching(
        /^fail PostgreSQL at 127\.0\.0\.1:1 does not answer \(.*ECONNREFUSED.*\): check DATABASE_URL/,
      ),
    ]);
    expect(said(away, "vendor")).toEqual([
      expect.stringMatching(/^fail 127\.0\.0\.1:1 can't be reached \(.+\): check JUHE_BASE_URL/),
    ]);
    expect(away.stdout).not.toMatch(/secret/);
    // One line each, whatever the libraries' messages look like.
    for (const line of away.stdout.trimEnd().split("\n")) expect(line).toMatch(/^(ok|warn|fail) /);
  });

  test("the vendor is never asked to read a photo; its clock is compared where there is no database's", async () => {
    const asked: string[] = [];
    const vendor = createServer((request, response) => {
      asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
      response.setHeader("date", new Date(Date.now() + 3_600_000).toUTCString()).end();
    });
    await new Promise<void>((done) => vendor.listen(0, "127.0.0.1", done));
    try {
      const { port } = vendor.address() as AddressInfo;
      const answer = await plategraph(["doctor"], { JUHE_KEY: "k", JUHE_BASE_URL: `http://127.0.0.1:${port}/under` });
      expect(asked).toEqual(["HEAD /"]);
      expect(said(answer, "vendor")).toEqual([expect.stringContaining("ok 127.0.0.1")]);
      expect(said(answer, "clock")).toEqual([
        expect.stringMatching(/^fail 3\d{3}\.\d s behind the clock of 127\.0\.0\.1:\d+: switch time/),
      ]);
      expect(answer.code).toBe(1);
    } finally {
      vendor.close();
    }
  });

  test("a folder for data that can't be written to, and files of another PostgreSQL", async () => {
    const own = await mkdtemp(join(folder, "files-"));
    await mkdir(join(own, "data", "postgres"), { recursive: true });
    await writeFile(join(own, "data", "postgres", "PG_VERSION"), "16\n");
    const old = await plategraph(["doctor"], {}, own);
    expect(said(old, "database")).toEqual([expect.stringContaining("fail the files in ./data are PostgreSQL 16's")]);
    const refused = await plategraph(["doctor"], { DATA_DIR: "/proc/nope" }, own);
    expect(said(refused, "disk")).toEqual([expect.stringMatching(/^fail /)]);
    expect(refused.code).toBe(1);
  });
});
