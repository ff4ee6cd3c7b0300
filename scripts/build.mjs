/**
 * `npm run build [-- --force] [FILE.ts …]`: compiles `src` and `migrations` into `dist`, and bundles the page of `explorer` there, when their content is
 * not what `dist` was made of. Files named besides are compiled into `dist` too.
 */
import { createHash } from "node:crypto";
import { access, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildExplorer } from "./build-explorer.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const EXPLORER = join(ROOT, "explorer");
const SCRIPTS = ["build.mjs", "build-explorer.mjs"].map((name) => join(ROOT, "scripts", name));
const SOURCE = /\.(tsx?|js|css|html)$/;
/** Of putting a build in the place of another that is put there at the same time. */
const ATTEMPTS = 10;
/** Holds the hash of what `dist` was made of. */
const STAMP = join(DIST, ".built");

/**
 * Does nothing where `dist` is made of the sources that are there, or where there are none.
 * @returns whether anything was compiled
 */
export async function ensureBuilt({ force = false } = {}) {
  const files = await sources();
  if (files.length === 0) return false;
  const hash = await hashOf(files);
  if (!force && hash === (await readFile(STAMP, "utf8").catch(() => ""))) return false;
  await removeUnfinished();
  // Into a folder beside it first: a build that fails leaves the last one as it was.
  const fresh = `${DIST}.${process.pid}`;
  try {
    await compile(
      files.filter((file) => !file.startsWith(EXPLORER)),
      fresh,
    );
    await buildExplorer(join(fresh, "explorer"));
    await writeFile(join(fresh, ".built"), hash);
    await putInPlace(fresh);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return true;
}

/** Builds may run at the same time (`npm start` beside `npm test`): the last one stays. */
async function putInPlace(fresh) {
  const old = `${fresh}.old`;
  for (let attempt = 1; ; attempt += 1) {
    await rename(DIST, old).catch(ignoring("ENOENT"));
    await rm(old, { recursive: true, force: true });
    try {
      await rename(fresh, DIST);
      return;
    } catch (error) {
      // Another build was put there in between.
      if (!["ENOTEMPTY", "EEXIST"].includes(error.code) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** What builds left that were killed. */
async function removeUnfinished() {
  for (const name of await readdir(ROOT)) {
    const pid = /^dist\.(\d+)(\.old)?$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(ROOT, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function ignoring(code) {
  return (error) => {
    if (error.code !== code) throw error;
  };
}

/** esbuild is loaded only when there is something to compile. Its options for classes and decorators come from tsconfig.json. */
async function compile(files, outdir) {
  const { build } = await import("esbuild");
  await build({
    entryPoints: files,
    outdir,
    outbase: ROOT,
    absWorkingDir: ROOT,
    tsconfig: join(ROOT, "tsconfig.json"),
    format: "esm",
    platform: "node",
    target: "node20.19",
    sourcemap: true,
    sourcesContent: false,
    logLevel: "warning",
  });
}

async function sources() {
  const folders = await Promise.all(
    ["src", "migrations", "explorer"].map(async (folder) => {
      const names = await readdir(join(ROOT, folder), { recursive: true }).catch(() => []);
      return names.filter((name) => SOURCE.test(name)).map((name) => join(ROOT, folder, name));
    }),
  );
  return folders.flat().sort();
}

/** By content and not by time: npm and git set times of their own. 250 files take 15 ms. */
async function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of [...files, join(ROOT, "tsconfig.json"), ...SCRIPTS]) {
    hash.update(`${relative(ROOT, file)}\0`).update(await readFile(file));
  }
  return hash.digest("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    options: { force: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  await ensureBuilt(values);
  await access(DIST);
  if (positionals.length > 0)
    await compile(
      positionals.map((file) => join(ROOT, file)),
      DIST,
    );
}
