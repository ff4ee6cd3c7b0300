/** A lock on a folder: a file that names the process that holds it, created so that exactly one of several that start at once gets it. */
import { createHash, randomBytes } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { nullIfGone, startOfProcess } from "./process.identity.js";

/** Another process holds the lock. */
export class FolderHeldError extends Error {
  constructor(readonly pid: number) {
    super(`process ${pid} holds the lock`);
    this.name = "FolderHeldError";
  }
}

/** How often a lock that keeps changing hands is tried again. */
const MAX_ATTEMPTS = 100;

/**
 * Takes the lock, also from a process that has ended: by its number and start it is told from a later process of that number.
 * @param lockFile its folder must be on a file system with hard links
 * @returns releases the lock
 * @throws FolderHeldError when a living process holds it
 */
export async function lockFolder(lockFile: string): Promise<() => Promise<void>> {
  // The random part makes the text of every lock unique, so that the text names one holding of one process.
  const text = `${process.pid}\n${await startOfProcess(process.pid)}\n${randomBytes(8).toString("hex")}\n`;
  const own = `${lockFile}.${randomBytes(8).toString("hex")}`;
  await writeFile(own, text);
  try {
    await acquire(lockFile, own);
  } finally {
    await rm(own, { force: true });
  }
  return async () => {
    if ((await textOf(lockFile)) === text) await rm(lockFile, { force: true });
  };
}

/** Links `own` as the lock, or puts it in the place of a lock whose holder has ended. */
async function acquire(lockFile: string, own: string): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    // A link appears with its text or not at all, and never in the place of another.
    if (await linked(own, lockFile)) return;
    const held = await textOf(lockFile);
    if (held === null) continue;
    const holder = await livingHolder(held);
    if (holder !== null) throw new FolderHeldError(holder);
    if (await replace(lockFile, held, own)) return;
  }
  throw new Error(`The lock ${lockFile} changes hands too fast.`);
}

/**
 * Replaces a lock whose holder has ended. Several may try at once: whoever gets the lock on replacing exactly this text goes on, and looks once more
 * whether the lock still has it. That second lock is itself taken from a process that ended while it held it.
 */
async function replace(lockFile: string, held: string, own: string): Promise<boolean> {
  const guard = `${lockFile}.${createHash("sha256").update(held).digest("hex").slice(0, 16)}`;
  await acquire(guard, own);
  try {
    if ((await textOf(lockFile)) !== held) return false;
    const copy = `${own}.copy`;
    await link(own, copy);
    await rename(copy, lockFile);
    return true;
  } finally {
    await rm(guard, { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function textOf(file: string): Promise<string | null> {
  return await readFile(file, "utf8").catch(nullIfGone);
}

/** The process that the text names, when it is still the one that wrote it. */
async function livingHolder(text: string): Promise<number | null> {
  const [number = "", start] = text.split("\n");
  const pid = Number(number);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const startNow = await startOfProcess(pid);
  if (startNow === null) return null;
  // Locks of version 0.1.0 name the number alone; a process of this number may be the holder.
  return start === undefined || start === "" || start === startNow ? pid : null;
}
