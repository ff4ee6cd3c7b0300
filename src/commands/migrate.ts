/** `npm run migrate`: brings the database at DATABASE_URL to the version that the program needs. */
import { existsSync } from "node:fs";
import { MIGRATIONS } from "../../migrations/index.js";
import { waitForDatabase } from "../database/database.wait.js";
import { migrateAt } from "../database/migrations.js";
import { createLogger } from "../logger.js";
import { configOrExit, exit, oneLine } from "./command.fault.js";
import { ENTITIES } from "../entities.js";

if (existsSync(".env")) process.loadEnvFile(".env");

const { database, logLevel } = configOrExit();
const logger = createLogger(logLevel);
if (database.url === null) {
  logger.info("no DATABASE_URL: the embedded database is migrated at every start");
} else {
  try {
    await waitForDatabase(database.url, database.waitMs, logger);
    const names = await migrateAt({ url: database.url, logger, entities: ENTITIES, migrations: MIGRATIONS });
    logger.info(names.length === 0 ? "nothing to migrate" : `migrated: ${names.join(", ")}`);
  } catch (error) {
    exit(`The migration failed: ${oneLine(error)}`, 1);
  }
}
