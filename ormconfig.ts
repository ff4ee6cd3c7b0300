/** The data source of TypeORM's command line, `npm run typeorm -- migration:show`; the server builds its own in `stores.ts`. */
import { existsSync } from "node:fs";
import { MIGRATIONS } from "./migrations/index.js";
import { readConfig } from "./src/config.js";
import { createDataSource } from "./src/database/data-source.js";
import { ENTITIES } from "./src/entities.js";

if (existsSync(".env")) process.loadEnvFile(".env");
const { database } = readConfig();
if (database.url === null) throw new Error("Set DATABASE_URL: TypeORM's command line works on a running server.");

export default createDataSource({
  url: database.url,
  poolSize: database.poolSize,
  logger: console,
  entities: ENTITIES,
  migrations: MIGRATIONS,
});
