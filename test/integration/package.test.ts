/** What `npm run package` makes: what is in it, and that it runs when it is installed in an empty folder. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fixture, upload } from "../support/graphql-client.js";

const run = promisify(execFile);
const MIB = 1024 * 1024;
/** Of which 259 are the inference runtime with the binaries of three systems. */
const MAX_INSTALL_BYTES = 460 * MIB;

interface Packed {
  filename: string;
  size: number;
  files: { path: string }[];
}

const registry = await run("npm", ["view", "esbuild", "version", "--fetch-retries=0", "--fetch-timeout=10000"]).then(
  () => true,
  () => false,
);
const whereReachable = registry ? test : test.skip;

let folder: string;
let packed: Packed;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plategraph-package-"));
  // Where the tests run as root, PostgreSQL runs as another user.
  await chmod(folder, 0o755);
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { maxBuffer: 16 * MIB });
  const answer = JSON.parse(stdout) as Packed[] | Record<string, Packed>;
  // npm 10 and 11 give a list, npm 12 an object by name.
  const [first] = Object.values(answer);
  if (first === undefined) throw new Error(`npm pack answered ${stdout}`);
  packed = first;
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("the tarball", () => {
  test("is under 8 MB and holds the program, its build, models and documents, nothing of tests or training", () => {
    expect(packed.size).toBeLessThan(8 * MIB);
    const tops = new Set(packed.files.map(({ path }) => path.split("/")[0]));
    expect([...tops].sort()).toEqual(
      [
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "SECURITY.md",
        "bin",
        "dist",
        "explorer",
        "migrations",
        "models",
        "package.json",
        "schema.graphql",
        "scripts",
        "src",
        "tsconfig.json",
      ].sort(),
    );
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        "dist/src/main.js",
        "dist/migrations/index.js",
        "models/detector.onnx",
        "bin/plategraph.mjs",
      ]),
    );
    expect(paths.filter((path) => path.startsWith("scripts/"))).toEqual([
      "scripts/build-explorer.mjs",
      "scripts/build.mjs",
    ]);
  });

  // E1, and the same as `npx` of the tarball does.
  whereReachable(
    `installs in an empty folder in under 460 MiB, starts, reads a photo and ends on SIGTERM${registry ? "" : " (skipped: npm's registry can't be reached)"}`,
    async () => {
      const home = await mkdtemp(join(folder, "empty-"));
      await chmod(home, 0o755);
      const tarball = join(folder, packed.filename);
      await run(
        "npm",
        ["install", "--omit=dev", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", tarball],
        {
          cwd: home,
        },
      );
      expect(await bytesOnDisk(join(home, "node_modules"))).toBeLessThan(MAX_INSTALL_BYTES);

      const child = spawn(join(home, "node_modules", ".bin", "plategraph"), ["start"], {
        cwd: home,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: "0", LOCAL_THREADS: "1" },
        stdio: ["ignore", "pipe", "pipe"],
      });
      try {
        const url = await listening(child);
        const { data } = await upload(url, await fixture("blue"));
        expect(data.recognizeUpload.recognitions.map(({ plateNumber }) => plateNumber)).toEqual(["渝X32547"]);
        // Data lies in the folder of the caller, not in the package's.
        expect(await readdir(home)).toContain("data");
      } finally {
        child.kill("SIGTERM");
      }
      const [code] = (await once(child, "exit")) as [number | null];
      expect(code).toBe(0);
    },
    180_000,
  );
});

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const url = /listening on (http:\/\/[^\s"]+)/.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => reject(new Error(`plategraph ended with ${code ?? "a signal"}:\n${output}`)));
  });
}

/** As `du` counts: blocks of files, links not followed. */
async function bytesOnDisk(path: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).blocks * 512;
  }
  return bytes;
}
