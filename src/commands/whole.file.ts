/** Writes a file that is there whole or not at all. */
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

const FILE_CALLS: ReadonlySet<string> = new Set(["open", "write", "writev", "fsync", "fdatasync", "rename", "close"]);

/**
 * Writes beside `path` first, to the disk, and renames it then. A file of that name is replaced only then.
 * @param transform such as compression
 * @param signal ends it, and nothing is left behind
 */
export async function writeWhole(
  path: string,
  content: AsyncIterable<Buffer>,
  transform: Transform | null,
  signal: AbortSignal,
): Promise<number> {
  const folder = dirname(path);
  const partial = `${path}.partial-${process.pid}`;
  // Personal data: for this user only.
  const file = await open(partial, "wx", 0o600).catch((error: unknown) => {
    throw named(error, path);
  });
  try {
    const output = file.createWriteStream({ flush: true });
    const source = Readable.from(content);
    await (transform === null ? pipeline(source, output, { signal }) : pipeline(source, transform, output, { signal }));
    const { size } = await stat(partial);
    await rename(partial, path);
    await syncFolder(folder);
    return size;
  } catch (error) {
    await rm(partial, { force: true });
    throw named(error, path);
  } finally {
    await file.close().catch(() => undefined);
  }
}

/** A full disk, a folder that is not there: with the name that the caller knows. Other errors, as of the content, stay as they are. */
function named(error: unknown, path: string): unknown {
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined || !FILE_CALLS.has(syscall)) return error;
  return new Error(`${path} can't be written: ${message}`, { cause: error });
}

/** The new name itself is then on the disk too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
