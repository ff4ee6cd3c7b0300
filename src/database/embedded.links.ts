/** The links between library files that npm packages cannot hold: made here where the package's install script was not run. */
import { lstat, readFile, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { nullIfGone } from "./process.identity.js";

interface Link {
  /** Both from the package's folder on. */
  source: string;
  target: string;
}

/**
 * npm 11 runs no install scripts unless they are approved, and this project asks npm to run none.
 * @param program one of PostgreSQL's programs, `PACKAGE/native/bin/NAME`
 */
export async function linkLibraries(program: string): Promise<void> {
  const folder = dirname(dirname(dirname(program)));
  const list = await readFile(join(folder, "native", "pg-symlinks.json"), "utf8").catch(nullIfGone);
  if (list === null) return;
  const missing = [];
  for (const link of JSON.parse(list) as Link[]) {
    if ((await lstat(join(folder, link.target)).catch(nullIfGone)) === null) missing.push(link);
  }
  for (const { source, target } of missing) {
    // Every link lies beside what it stands for.
    await symlink(basename(source), join(folder, target)).catch((error: unknown) => {
      // Another process may be doing the same.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  }
}
