/** The container's files: what they name exists, and the install that the image holds is small and reads photos. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse, parseAllDocuments } from "yaml";
import { SETTINGS } from "../../src/config.js";
import { fixture, upload } from "../support/graphql-client.js";

const run = promisify(execFile);
const MAX_MODULES_BYTES = 250e6;
const STOP_MS = 5_000;

interface Container {
  command?: string[];
  environment?: Record<string, string>;
  env?: { name: string; value: string }[];
  image?: string;
  read_only?: boolean;
  [probe: string]: unknown;
}

describe("Dockerfile", () => {
  let lines: string[];

  beforeAll(async () => {
    lines = (await readFile("Dockerfile", "utf8")).replaceAll("\\\n", " ").split("\n");
  });

  const of = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1).trim());

  test("copies what exists and what .dockerignore lets through", async () => {
    const ignore = (await readFile(".dockerignore", "utf8")).split("\n");
    const sources = of("COPY")
      .filter((copy) => !copy.startsWith("--from"))
      .flatMap((copy) => copy.split(/\s+/).slice(0, -1));
    expect(sources).toEqual(expect.arrayContaining(["package.json", "src", "models", "bin"]));
    for (const source of sources) {
      await expect(lstat(source)).resolves.toBeDefined();
      expect(ignore).toContain(`!${source}`);
    }
    expect(
      ignore
        .filter((line) => line.startsWith("!"))
        .map((line) => line.slice(1))
        .sort(),
    ).toEqual([...new Set(sources)].sort());
  });

  test("several stages, not root, a volume, a health check, the signal that the server stops on", () => {
    expect(of("FROM")).toEqual(["${BASE} AS build", "${BASE}"]);
    expect(of("USER")).toEqual(["plategraph"]);
    expect(of("VOLUME")).toEqual(["/data"]);
    expect(of("STOPSIGNAL")).toEqual(["SIGTERM"]);
    expect(of("HEALTHCHECK")[0]).toContain("/readyz");
    const command = JSON.parse(of("CMD")[0] ?? "") as string[];
    expect(command[0]).toBe("node");
    // A shell in between would keep the signal.
    expect(command.at(-1)).toBe("dist/src/main.js");
  });

  test("sets nothing but settings of the program and of Node.js", () => {
    const names = of("ENV").flatMap((line) => line.split(/\s+/).map((pair) => pair.split("=")[0] ?? ""));
    expect(
      names.filter((name) => !SETTINGS.includes(name) && !["NODE_ENV", "MALLOC_ARENA_MAX"].includes(name)),
    ).toEqual([]);
  });
});

test("compose.yaml: services, settings that exist, commands that exist", async () => {
  const { services } = parse(await readFile("compose.yaml", "utf8"), { merge: true }) as {
    services: Record<string, Container>;
  };
  expect(Object.keys(services)).toEqual(["server", "migrate", "database", "replica"]);
  const { server, migrate, database } = services;
  for (const name of Object.keys({ ...server?.environment, ...migrate?.environment })) expect(SETTINGS).toContain(name);
  await stat(migrate?.command?.[1] ?? "");
  expect(server?.read_only).toBe(true);
  expect(database?.image).toBe("postgres:18");
});

test("kubernetes.yaml: every document has its kind; settings, paths and commands exist", async () => {
  const documents = parseAllDocuments(await readFile("docs/operations/kubernetes.yaml", "utf8")).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as { kind: string; spec: { template: { spec: { containers: Container[] } } } };
  });
  expect(documents.map(({ kind }) => kind)).toEqual(["Secret", "Job", "Deployment", "Service", "PodDisruptionBudget"]);
  const [job, server] = [1, 2].map((at) => documents[at]?.spec.template.spec.containers[0]);
  await stat(job?.command?.[1] ?? "");
  for (const { name } of server?.env ?? []) expect(SETTINGS).toContain(name);
  expect(server?.readinessProbe).toMatchObject({ httpGet: { path: "/readyz" } });
  expect(server?.livenessProbe).toMatchObject({ httpGet: { path: "/healthz" } });
});

describe("the install of the image", () => {
  let app: string;

  beforeAll(async () => {
    app = await mkdtemp(join(tmpdir(), "plategraph-image-"));
    await chmod(app, 0o755);
    await copyProductionInstall(app);
    for (const name of ["dist", "bin", "models", "package.json", "schema.graphql"])
      await cp(name, join(app, name), { recursive: true });
    await mkdir(join(app, "scripts"));
    for (const name of ["build.mjs", "build-explorer.mjs"]) await cp(join("scripts", name), join(app, "scripts", name));
  });

  afterAll(() => rm(app, { recursive: true, force: true }));

  test("is under 250 MB once pruned, and reads a photo; under load it ends on SIGTERM within 5 s", async () => {
    await run(process.execPath, ["scripts/prune-install.mjs", app]);
    expect(await bytesOnDisk(join(app, "node_modules"))).toBeLessThan(MAX_MODULES_BYTES);
    const child = spawn(process.execPath, [join(app, "bin", "plategraph.mjs"), "start"], {
      cwd: app,
      env: { PATH: process.env.PATH, PORT: "0", LOCAL_THREADS: "1", DATA_DIR: join(app, "data") },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    let url: string | undefined;
    for await (const chunk of child.stdout) {
      url = /listening on (http:\/\/[^\s"]+)/.exec(String(chunk))?.[1];
      if (url !== undefined) break;
    }
    child.stdout.resume();
    const at = url ?? "";
    const photo = await fixture("blue");
    const { data } = await upload(at, photo);
    expect(data.recognizeUpload.recognitions.map(({ plateNumber }) => plateNumber)).toEqual(["渝X32547"]);
    const load = Array.from({ length: 4 }, async () => {
      for (let sent = 0; sent < 200; sent++) if ((await upload(at, photo).catch(() => null)) === null) return;
    });
    await setTimeout(500);
    const stopped = performance.now();
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(performance.now() - stopped).toBeLessThan(STOP_MS);
    await Promise.all(load);
  });
});

/** What `npm ci --omit=dev` leaves, taken from this install. */
async function copyProductionInstall(folder: string): Promise<void> {
  const root = process.cwd();
  // npm ends with 1 where a package is there that nobody asked for; the list is whole.
  const { stdout } = await run("npm", ["ls", "--omit=dev", "--all", "--parseable"], { maxBuffer: 16e6 }).catch(
    (error: unknown) => error as { stdout: string },
  );
  const packages = [...new Set(stdout.split("\n").filter((path) => path.includes("node_modules")))].sort();
  for (const path of packages) {
    if ((await stat(path).catch(() => null)) === null) continue;
    const target = join(folder, relative(root, path));
    await mkdir(dirname(target), { recursive: true });
    // Nested packages are in the list themselves.
    await cp(path, target, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (from) => from !== join(path, "node_modules"),
    });
  }
}

/** As `du` counts: blocks of files, links not followed. */
async function bytesOnDisk(path: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).blocks * 512;
  }
  return bytes;
}
