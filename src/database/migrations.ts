/** Brings a database to the version of the program, and tells when it has another one. */
import { setTimeout } from "node:timers/promises";
import type { DataSource, QueryRunner } from "typeorm";
import { withDataSource, type DataSourceOptions } from "./data-source.js";

/** Any 64-bit number that nothing else uses: two servers that start together must not migrate together. */
export const MIGRATION_LOCK = "7305196400812026";
const LOCK_RETRY_MS = 200;

/** As `migrate`, on connections of its own: a migration may take longer than the server's statements may. */
export async function migrateAt(options: Omit<DataSourceOptions, "poolSize">): Promise<string[]> {
  // One connection holds the lock, the other works.
  return withDataSource({ ...options, poolSize: 2 }, migrate);
}

/**
 * Runs the pending migrations and returns their names.
 * @throws Error for a database of a later version
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  return whileOthersWait(dataSource, async () => {
    await refuseUnknown(dataSource);
    await keepTimes(dataSource);
    const ran = await dataSource.runMigrations();
    return ran.map((migration) => migration.name);
  });
}

/** Runs `work` while nobody else changes the database's tables. */
export async function whileOthersWait<Result>(
  dataSource: DataSource,
  work: (runner: QueryRunner) => Promise<Result>,
): Promise<Result> {
  const runner = dataSource.createQueryRunner();
  await runner.connect();
  try {
    while (!(await locked(runner))) await setTimeout(LOCK_RETRY_MS);
    return await work(runner);
  } finally {
    await runner.query(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`).catch(() => undefined);
    await runner.release();
  }
}

/**
 * TypeORM's table of migrations, with a column besides for when each was applied. TypeORM fills in its own columns by name and leaves this one to its
 * default; rows from before have none.
 */
async function keepTimes(dataSource: DataSource): Promise<void> {
  const [found] = await dataSource.query<{ exists: boolean }[]>(
    `SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('migrations') AND attname = 'applied_at') AS exists`,
  );
  if (found?.exists === true) return;
  await dataSource.query(`CREATE TABLE IF NOT EXISTS "migrations" (
    "id" serial NOT NULL,
    "timestamp" bigint NOT NULL,
    "name" character varying NOT NULL,
    CONSTRAINT "migrations_pkey" PRIMARY KEY ("id")
  )`);
  await dataSource.query(`ALTER TABLE "migrations" ADD COLUMN "applied_at" timestamptz(3)`);
  await dataSource.query(`ALTER TABLE "migrations" ALTER COLUMN "applied_at" SET DEFAULT clock_timestamp()`);
}

/** A statement that waited for the lock would hold a snapshot, which a concurrent build of an index waits for. */
async function locked(runner: QueryRunner): Promise<boolean> {
  const [row] = (await runner.query(`SELECT pg_try_advisory_lock(${MIGRATION_LOCK}) AS locked`)) as {
    locked: boolean;
  }[];
  return row?.locked === true;
}

/** @throws Error, in a sentence for the operator, for a database of an earlier or a later version */
export async function refuseOtherVersion(dataSource: DataSource): Promise<void> {
  await refuseUnknown(dataSource);
  if (await dataSource.showMigrations()) {
    throw new Error("The database has pending migrations: run `npm run migrate`, then start again.");
  }
}

/** A migration that this program does not have was run by a later version, which this one could damage. */
export async function refuseUnknown(dataSource: DataSource): Promise<void> {
  const known = new Set(dataSource.migrations.map(({ name }) => name));
  const unknown = (await recordedNames(dataSource)).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new Error(
    `The database is of a later version: it has the migrations ${unknown.join(", ")}, which this program does not know. ` +
      "Start the version that ran them, or restore a backup.",
  );
}

/** None where there is no table of migrations yet. */
async function recordedNames(dataSource: DataSource): Promise<string[]> {
  const [table] = await dataSource.query<{ exists: boolean }[]>(
    "SELECT to_regclass('migrations') IS NOT NULL AS exists",
  );
  if (table?.exists !== true) return [];
  const rows = await dataSource.query<{ name: string }[]>("SELECT name FROM migrations ORDER BY id");
  return rows.map(({ name }) => name);
}
