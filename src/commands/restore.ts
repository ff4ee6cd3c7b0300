/** `plategraph restore FILE`: loads a backup into the embedded database or the one at DATABASE_URL; on any fault what was there stays. */
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { restoreBackup } from "../database/backup/backup.restore.js";
import { waitForDatabase } from "../database/database.wait.js";
import { withDataSource } from "../database/data-source.js";
import { configOrExit, loadEnvFileOrExit, oneLine } from "./command.fault.js";
import { QUIET, TABLES, withStoppedEmbedded } from "./database.access.js";

const USAGE = `Usage: npm run restore -- [--replace] FILE

Loads a backup that \`plategraph backup\` made, plain or compressed, into the embedded database or the one at DATABASE_URL; "-" reads standard input. It must be
empty, unless --replace is given, and no server may run on it. On any fault what was there stays. A backup can hold any SQL: restore only files you trust.`;

/** Tables without an entity: TypeORM's own, and the rate limiter's. */
const OTHER_TABLES = ["migrations", "rate_limits"];

loadEnvFileOrExit();

try {
  const { values, positionals } = parseArgs({
    options: { replace: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [file, ...rest] = positionals;
  if (values.help) process.stdout.write(`${USAGE}\n`);
  else if (file === undefined || rest.length > 0) usage("Name one file.");
  else await restore(file, values.replace);
} catch (error) {
  if ((error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS")) usage(oneLine(error));
  else {
    process.stderr.write(`${oneLine(error)}\n`);
    process.exitCode = 1;
  }
}

function usage(problem: string): void {
  process.stderr.write(`${problem}\n\n${USAGE}\n`);
  process.exitCode = 2;
}

async function restore(file: string, replace: boolean): Promise<void> {
  const { url: given, dataDir, waitMs } = configOrExit().database;
  const source: Readable = file === "-" ? process.stdin : await opened(resolve(process.env.INIT_CWD ?? ".", file));
  const started = performance.now();
  if (given !== null) await waitForDatabase(given, waitMs, QUIET);
  const load = async (url: string): Promise<void> => {
    const own = await ownSchema(url);
    const { facts, size } = await restoreBackup(source, { url, replace, ...own });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const origin = `a backup of ${facts.madeAt} (PlateGraph ${facts.version}, PostgreSQL ${facts.postgresql})`;
    process.stdout.write(`${size.tables} tables, ${size.rows} rows in ${seconds} s, from ${origin}\n`);
    const pending = own.knownMigrations.length - facts.migrations.length;
    if (pending > 0 && given !== null) {
      process.stdout.write(`The backup is of an earlier version: run \`npm run migrate\` (${pending} migrations).\n`);
    }
  };
  await (given === null ? withStoppedEmbedded(dataDir, load) : load(given));
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
