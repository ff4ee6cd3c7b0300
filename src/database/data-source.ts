/** TypeORM's data source: migrations, entity metadata, and what is stored through repositories. Statements have pools of their own. */
import type { ClientBase } from "pg";
import { DataSource, type MigrationInterface } from "typeorm";
import type { Logger } from "../logger.js";

export interface DataSourceOptions {
  url: string;
  poolSize: number;
  /** Milliseconds that a statement may wait for a connection. */
  connectTimeoutMs?: number;
  /** Milliseconds that a statement may run; without it as long as it takes. */
  statementTimeoutMs?: number;
  logger: Pick<Logger, "error">;
  entities: readonly (new () => object)[];
  migrations: readonly (new () => MigrationInterface)[];
}

export function createDataSource({
  url,
  poolSize,
  connectTimeoutMs = 10_000,
  statementTimeoutMs = 0,
  logger,
  entities,
  migrations,
}: DataSourceOptions): DataSource {
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
    connectTimeoutMS: connectTimeoutMs,
    // The error holds the whole client, its settings included: only what went wrong is logged.
    poolErrorHandler: ({ code, message }: { code?: string; message: string }) =>
      logger.error({ code, reason: message }, "a database connection broke while idle"),
    extra: {
      keepAlive: true,
      onConnect: (client: ClientBase) => {
        // Checked-out clients have no error listener; without one a dropped connection ends the process.
        client.on("error", () => undefined);
      },
      ...(statementTimeoutMs > 0 && { statement_timeout: statementTimeoutMs }),
    },
  });
}

/** Connects for one piece of work, as commands do. */
export async function withDataSource<Result>(
  options: DataSourceOptions,
  work: (dataSource: DataSource) => Promise<Result>,
): Promise<Result> {
  const dataSource = createDataSource(options);
  await dataSource.initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
