/** `npm run migrate`: brings the database at DATABASE_URL to the version that the program needs. */
import { existsSync } from "node:fs";
import { MIGRATIONS } from "../migrations/index.js";
import { readConfig } from "./config.js";
import { createDataSource } from "./database/data-source.js";
import { migrate } from "./database/migrations.js";
import { createLogger } from "./logger.js";
import { ENTITIES } from "./recognitions/entities.js";

if (existsSync(".env")) process.loadEnvFile(".env");

const { database, logLevel } = readConfig();
const logger = createLogger(logLevel);
if (database.url === null) {
  logger.info("no DATABASE_URL: the embedded database is migrated at every start");
} else {
  const dataSource = createDataSource({
    url: database.url,
    poolSize: 2,
    logger,
    entities: ENTITIES,
    migrations: MIGRATIONS,
  });
  try {
    await dataSource.initialize();
    const names = await migrate(dataSource);
    logger.info(names.length === 0 ? "nothing to migrate" : `migrated: ${names.join(", ")}`);
  } catch (error) {
    logger.fatal({ err: error }, "the migration failed");
    process.exitCode = 1;
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}
