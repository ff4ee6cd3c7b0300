/** `plategraph restore FILE`: loads a backup into the embedded database or the one at DATABASE_URL; on any fault what was there stays. */
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { restoreBackup } from "../database/backup/backup.restore.js";
import { withDataSource } from "../database/data-source.js";
import { configOrExit, UsageError } from "./command.fault.js";
import { runCommand } from "./command.runner.js";
import { QUIET, TABLES, withUnusedDatabase } from "./database.access.js";

const USAGE = `Usage: npm run restore -- [--replace] FILE

Loads a backup that \`plategraph backup\` made, plain or compressed, into the embedded database or the one at DATABASE_URL; "-" reads standard input. It must be
empty, unless --replace is given, and no server may run on it. On any fault what was there stays. A backup can hold any SQL: restore only files you trust.`;

/** Tables without an entity: TypeORM's own, and the rate limiter's. */
const OTHER_TABLES = ["migrations", "rate_limits"];

await runCommand({
  usage: USAGE,
  options: { replace: { type: "boolean", default: false } },
  allowPositionals: true,
  run: async ({ replace }, [file, ...rest]) => {
    if (file === undefined || rest.length > 0) throw new UsageError("Name one file.");
    await restore(file, replace);
  },
});

async function restore(file: string, replace: boolean): Promise<void> {
  const { database } = configOrExit();
  const source: Readable = file === "-" ? process.stdin : await opened(resolve(process.env.INIT_CWD ?? ".", file));
  const started = performance.now();
  await withUnusedDatabase(database, QUIET, async (url) => {
    const own = await ownSchema(url);
    const { facts, size } = await restoreBackup(source, { url, replace, ...own });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const origin = `a backup of ${facts.madeAt} (PlateGraph ${facts.version}, PostgreSQL ${facts.postgresql})`;
    process.stdout.write(`${size.tables} tables, ${size.rows} rows in ${seconds} s, from ${origin}\n`);
    const pending = own.knownMigrations.length - facts.migrations.length;
    if (pending > 0 && database.url !== null) {
      process.stdout.write(`The backup is of an earlier version: run \`npm run migrate\` (${pending} migrations).\n`);
    }
  });
}

/** What this version knows. */
function ownSchema(url: string): Promise<{ knownMigrations: string[]; ownTables: string[] }> {
  return withDataSource({ url, poolSize: 1, logger: QUIET, ...TABLES }, async ({ migrations, entityMetadatas }) => ({
    knownMigrations: migrations.map(({ name }) => name ?? ""),
    ownTables: [...entityMetadatas.map(({ tableName }) => tableName), ...OTHER_TABLES],
  }));
}

/** Before anything else starts. */
async function opened(path: string): Promise<Readable> {
  const stream = createReadStream(path, { highWaterMark: 1_048_576 });
  await new Promise<void>((ready, reject) => {
    stream.once("ready", ready);
    stream.once("error", reject);
  });
  return stream;
}
