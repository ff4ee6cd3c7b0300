/** `npm run migrate [-- status|down]`: brings the database to the version that the program needs, says which it has, and goes back by one step. */
import type { Config } from "../config.js";
import { waitForDatabase } from "../database/database.wait.js";
import { withDataSource } from "../database/data-source.js";
import {
  migrationHistory,
  RevertRefusedError,
  revertLast,
  type MigrationRecord,
} from "../database/migration.history.js";
import { migrateAt } from "../database/migrations.js";
import { createLogger } from "../logger.js";
import { configOrExit, UsageError } from "./command.fault.js";
import { runCommand } from "./command.runner.js";
import { QUIET, TABLES, withDatabaseUrl } from "./database.access.js";

const USAGE = `Usage: npm run migrate [-- COMMAND]

  (none)        Runs the pending migrations on the database at DATABASE_URL. The embedded one is migrated at every start.
  status        Lists the migrations: applied (when), pending, or unknown to this version (exit status 1).
  down [--yes]  Reverts the last one. Where rows or values would be lost, or servers run on the database, only with --yes.`;

await runCommand({
  usage: USAGE,
  options: { yes: { type: "boolean", default: false } },
  allowPositionals: true,
  run: async ({ yes }, [command, ...rest]) => {
    if (rest.length > 0 || (yes && command !== "down")) throw new UsageError("Unexpected argument.");
    if (command === undefined || command === "up") await up(configOrExit());
    else if (command === "status") await status(configOrExit().database);
    else if (command === "down") await down(configOrExit().database, yes);
    else throw new UsageError(`There is no command ${command}.`);
  },
});

async function up({ database: { url, waitMs }, logLevel }: Config): Promise<void> {
  const logger = createLogger(logLevel, process.stdout);
  if (url === null) {
    logger.info("no DATABASE_URL: the embedded database is migrated at every start");
    return;
  }
  await waitForDatabase(url, waitMs, logger);
  const names = await migrateAt({ url, logger, ...TABLES });
  logger.info(names.length === 0 ? "nothing to migrate" : `migrated: ${names.join(", ")}`);
}

async function status(database: Config["database"]): Promise<void> {
  const history = await withDatabaseUrl(database, (url) =>
    withDataSource({ url, poolSize: 1, logger: QUIET, ...TABLES }, migrationHistory),
  );
  process.stdout.write(`${history.map(lineOf).join("")}${summary(history)}\n`);
  if (history.some(({ state }) => state === "unknown")) process.exitCode = 1;
}

function lineOf({ name, state, appliedAt }: MigrationRecord): string {
  // Versions before 0.2.0 did not write the time down.
  const time = appliedAt?.toISOString().replace(/\.\d+Z$/, "Z") ?? (state === "pending" ? "" : "time unknown");
  return `${state.padEnd(7)}  ${time.padEnd(20)}  ${name}\n`;
}

function summary(history: readonly MigrationRecord[]): string {
  const count = (state: MigrationRecord["state"]) => history.filter((record) => record.state === state).length;
  const unknown = count("unknown");
  const later = unknown === 0 ? "" : `, ${unknown} of a later version: this one does not start on this database`;
  return `${count("applied")} applied, ${count("pending")} pending${later}`;
}

async function down(database: Config["database"], evenIfLossy: boolean): Promise<void> {
  const reverted = await withDatabaseUrl(database, (url) =>
    withDataSource({ url, poolSize: 3, logger: QUIET, ...TABLES }, (dataSource) => revertLast(dataSource, evenIfLossy)),
  ).catch((error: unknown) => {
    if (!(error instanceof RevertRefusedError)) throw error;
    throw new Error(`${error.message} Make a backup, then repeat it with --yes.`, { cause: error });
  });
  process.stdout.write(reverted === null ? "There is no migration to revert.\n" : `reverted: ${reverted}\n`);
}
