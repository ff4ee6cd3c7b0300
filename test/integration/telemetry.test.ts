/** C1: nothing that the program loads leaves files in the home or temporary folder of the person who runs it. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { fixture, upload } from "../support/graphql-client.js";
import { createTestDatabase } from "../support/test-database.js";
import { startServer } from "../support/test-server.js";

let folder: string;
let folders: { HOME: string; TMPDIR: string };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plategraph-telemetry-"));
  folders = { HOME: join(folder, "home"), TMPDIR: join(folder, "tmp") };
  for (const path of Object.values(folders)) await mkdir(path);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Every file and folder that was made in the two fresh folders. */
async function leftBehind(): Promise<string[]> {
  return [
    ...(await readdir(folders.HOME, { recursive: true })),
    ...(await readdir(folders.TMPDIR, { recursive: true })),
  ];
}

describe("C1: the inference runtime's telemetry", () => {
  test("a server that read a photo leaves no file behind", async () => {
    const database = await createTestDatabase();
    const server = await startServer({ ...folders, DATABASE_URL: database.url, LOCAL_THREADS: "2" });
    try {
      const { data } = await upload(server.url, await fixture("blue"));
      expect(data.recognizeUpload.request.status).toBe("SUCCEEDED");
      // The telemetry wrote its files when the models were loaded, and more when the process ended.
      expect(await leftBehind()).toEqual([]);
    } finally {
      expect(await server.stop()).toBe(0);
      await database.drop();
    }
    expect(await leftBehind()).toEqual([]);
  });

  // With telemetry, a command line of more than some 14 kB ended the process with a segmentation fault.
  test("5,000 file names are read, and nothing is left behind", async () => {
    const photo = join("test", "fixtures", "blue.jpg");
    const names = Array.from({ length: 4_999 }, (_, index) => `no-such-photo-of-a-gate-${index}.jpg`);
    const { code, stdout } = await run("--json", photo, ...names);
    const lines = stdout.trim().split("\n");
    expect(lines).toHaveLength(5_000);
    expect(lines[0]).toContain("渝X32547");
    expect(lines[4_999]).toContain("no-such-photo-of-a-gate-4998.jpg");
    // Some could not be read; killed by a signal it would have no code.
    expect(code).toBe(1);
    expect(await leftBehind()).toEqual([]);
  });
});

function run(...args: string[]): Promise<{ code: number | string | null | undefined; stdout: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["dist/src/commands/recognize.js", ...args],
      { env: { PATH: process.env.PATH, ...folders }, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout) => resolve({ code: error === null ? 0 : error.code, stdout }),
    );
  });
}
