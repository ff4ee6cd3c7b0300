/** Brings a database to the version that the program needs, or says that it is not there yet. */
import type { DataSource } from "typeorm";
import { createDataSource, type DataSourceOptions } from "./data-source.js";

/** Any 64-bit number that nobody else uses: two servers that start together must not migrate together. */
const ADVISORY_LOCK = "7305196400812026";

/** The same on connections of its own: a migration may take longer than a statement of the server's. */
export async function migrateAt(options: Omit<DataSourceOptions, "poolSize">): Promise<string[]> {
  // One holds the lock, the other works.
  const dataSource = createDataSource({ ...options, poolSize: 2 });
  try {
    await dataSource.initialize();
    return await migrate(dataSource);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}

/** Runs what is pending and gives the names of what ran. */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const runner = dataSource.createQueryRunner();
  await runner.connect();
  try {
    await runner.query(`SELECT pg_advisory_lock(${ADVISORY_LOCK})`);
    const ran = await dataSource.runMigrations();
    return ran.map((migration) => migration.name);
  } finally {
    await runner.query(`SELECT pg_advisory_unlock(${ADVISORY_LOCK})`).catch(() => undefined);
    await runner.release();
  }
}

/** Throws a sentence for the operator when the database is behind the program. */
export async function refusePending(dataSource: DataSource): Promise<void> {
  if (await dataSource.showMigrations()) {
    throw new Error("The database has pending migrations: run `npm run migrate`, then start again.");
  }
}
