/** The one TypeORM data source: how it connects and how its pool behaves. */
import { DataSource, type MigrationInterface } from "typeorm";
import type { Logger } from "../logger.js";

export interface DataSourceOptions {
  url: string;
  poolSize: number;
  logger: Pick<Logger, "error">;
  entities: readonly (new () => object)[];
  migrations: readonly (new () => MigrationInterface)[];
}

export function createDataSource({ url, poolSize, logger, entities, migrations }: DataSourceOptions): DataSource {
  return new DataSource({
    type: "postgres",
    url,
    entities: [...entities],
    migrations: [...migrations],
    migrationsTransactionMode: "each",
    synchronize: false,
    poolSize,
    // Ids are made by the program; without this TypeORM would create an extension for them.
    installExtensions: false,
    applicationName: "plategraph",
    connectTimeoutMS: 10_000,
    // The error drags the whole connection along, its settings included: only what went wrong is logged.
    poolErrorHandler: ({ code, message }: { code?: string; message: string }) =>
      logger.error({ code, reason: message }, "a database connection broke while idle"),
    extra: { keepAlive: true },
  });
}
