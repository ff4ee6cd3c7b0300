/** `plategraph backup FILE`: the whole database in one file, as of one moment, while servers run on it. */
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { backupOf } from "../database/backup/backup.writer.js";
import type { BackupSize } from "../database/backup/backup.format.js";
import { configOrExit, UsageError } from "./command.fault.js";
import { runCommand } from "./command.runner.js";
import { withDatabaseUrl } from "./database.access.js";
import { writeWhole } from "./whole.file.js";

const USAGE = `Usage: npm run backup -- FILE

Writes the embedded database, or the one at DATABASE_URL, to FILE: an SQL script that \`plategraph restore\` and psql load, compressed where the name ends in
.gz. Servers may run on the database meanwhile. A file of that name is replaced once the new one is whole. "-" writes the script to standard output.`;

/** Level 1 takes a third of the time of the default and gives a file a fifth larger. */
const GZIP_LEVEL = 1;

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => stopped.abort(new Error(`The backup was stopped by ${signal}; nothing was written.`)));
}

await runCommand({
  usage: USAGE,
  allowPositionals: true,
  run: async (_, [file, ...rest]) => {
    if (file === undefined || rest.length > 0) throw new UsageError("Name one file.");
    await backup(file).catch((error: unknown) => {
      stopped.signal.throwIfAborted();
      throw error;
    });
  },
});

async function backup(file: string): Promise<void> {
  const { database } = configOrExit();
  // npm runs scripts in the package's folder and tells the caller's in INIT_CWD.
  const path = file === "-" ? null : resolve(process.env.INIT_CWD ?? ".", file);
  if (path !== null && (await stat(path).catch(() => null))?.isDirectory() === true)
    throw new Error(`${path} is a folder: name a file.`);
  const started = performance.now();
  const size: BackupSize = { tables: 0, rows: 0 };
  const version = await packageVersion();
  const bytes = await withDatabaseUrl(database, async (url) => {
    const content = backupOf(url, version, size, stopped.signal);
    if (path === null) {
      await pipeline(content, process.stdout, { signal: stopped.signal });
      return null;
    }
    const gzip = path.endsWith(".gz") ? createGzip({ level: GZIP_LEVEL }) : null;
    return await writeWhole(path, content, gzip, stopped.signal);
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const summary = `${size.tables} tables, ${size.rows} rows`;
  if (bytes === null) process.stderr.write(`${summary} in ${seconds} s\n`);
  else process.stdout.write(`${summary}, ${(bytes / 1e6).toFixed(1)} MB in ${seconds} s: ${path}\n`);
}

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
