/** `plategraph backup FILE`: the whole database in one file, as of one moment, while servers run on it. */
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { createGzip } from "node:zlib";
import { backupOf } from "../database/backup/backup.writer.js";
import type { BackupSize } from "../database/backup/backup.format.js";
import { configOrExit, loadEnvFileOrExit, oneLine } from "./command.fault.js";
import { withDatabaseUrl } from "./database.access.js";
import { writeWhole } from "./whole.file.js";

const USAGE = `Usage: npm run backup -- FILE

Writes the embedded database, or the one at DATABASE_URL, to FILE: an SQL script that \`plategraph restore\` and psql load, compressed where the name ends in
.gz. Servers may run on the database meanwhile. A file of that name is replaced once the new one is whole. "-" writes the script to standard output.`;

/** Level 1 takes a third of the time of the default and gives a file a fifth larger. */
const GZIP_LEVEL = 1;

loadEnvFileOrExit();

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => stopped.abort(new Error(`The backup was stopped by ${signal}; nothing was written.`)));
}

try {
  const { values, positionals } = parseArgs({
    options: { help: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [file, ...rest] = positionals;
  if (values.help) process.stdout.write(`${USAGE}\n`);
  else if (file === undefined || rest.length > 0) usage("Name one file.");
  else await backup(file);
} catch (error) {
  if ((error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS")) usage(oneLine(error));
  else {
    process.stderr.write(`${oneLine(stopped.signal.aborted ? stopped.signal.reason : error)}\n`);
    process.exitCode = 1;
  }
}

function usage(problem: string): void {
  process.stderr.write(`${problem}\n\n${USAGE}\n`);
  process.exitCode = 2;
}

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
