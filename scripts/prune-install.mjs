/**
 * `node scripts/prune-install.mjs [FOLDER]`: removes from FOLDER/node_modules, a production install, what this platform does not need to run: the inference
 * runtime for other platforms, source maps, type declarations, documents, and the compiler. For images; the Dockerfile runs it after the build.
 */
import { readdir, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Read at run time by nobody. */
const NEEDLESS_FILE = /\.(?:map|d\.[cm]?ts|md|markdown|tsbuildinfo|c?ts|mts|h|flow)$/i;
/** Licences stay. */
const KEPT_FILE = /^(?:licen[cs]e|notice|copying)/i;
/** TypeORM for browsers; the compiler, which has nothing to compile where the build is there and no sources are. */
const NEEDLESS_FOLDERS = ["typeorm/browser", "esbuild", "@esbuild", ".bin/esbuild", ".package-lock.json"];

/** @returns bytes on the disk that were freed */
export async function pruneInstall(folder) {
  const modules = join(folder, "node_modules");
  let freed = 0;
  const remove = async (path) => {
    freed += await bytesIn(path);
    await rm(path, { recursive: true, force: true });
  };
  for (const name of NEEDLESS_FOLDERS) await remove(join(modules, name));
  const runtime = join(modules, "onnxruntime-node", "bin");
  for (const api of await readdir(runtime)) {
    for (const system of await readdir(join(runtime, api))) {
      for (const processor of await readdir(join(runtime, api, system))) {
        if (system !== process.platform || processor !== process.arch)
          await remove(join(runtime, api, system, processor));
      }
    }
  }
  for (const entry of await readdir(modules, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && NEEDLESS_FILE.test(entry.name) && !KEPT_FILE.test(entry.name))
      await remove(join(entry.parentPath, entry.name));
  }
  return freed;
}

/** As `du` counts: whole blocks. */
async function bytesIn(path) {
  const found = await stat(path).catch(() => null);
  if (found === null) return 0;
  if (!found.isDirectory()) return found.blocks * 512;
  const sizes = await Promise.all((await readdir(path)).map((name) => bytesIn(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, found.blocks * 512);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2] ?? ".");
  const freed = await pruneInstall(folder);
  process.stdout.write(`${(freed / 1048576).toFixed(0)} MiB removed from ${join(folder, "node_modules")}\n`);
}
