/** The one TypeORM data source: how it connects and how its pool behaves. */
import type { ClientBase } from "pg";
import { DataSource, type MigrationInterface } from "typeorm";
import type { Logger } from "../logger.js";
import { RowClient } from "./row.client.js";
import { PLAN_ONCE } from "./statement.pool.js";

export interface DataSourceOptions {
  url: string;
  replicaUrls?: readonly string[];
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
  replicaUrls = [],
  poolSize,
  connectTimeoutMs = 10_000,
  statementTimeoutMs = 0,
  logger,
  entities,
  migrations,
}: DataSourceOptions): DataSource {
  return new DataSource({
    type: "postgres",
    ...(replicaUrls.length === 0
      ? { url }
      : { replication: { master: { url }, slaves: replicaUrls.map((replica) => ({ url: replica })) } }),
    entities: [...entities],
    migrations: [...migrations],
    migrationsTransactionMode: "each",
    synchronize: false,
    poolSize,
    // Ids are made by the program; without this TypeORM would create an extension for them.
    installExtensions: false,
    applicationName: "plategraph",
    connectTimeoutMS: connectTimeoutMs,
    // The error drags the whole connection along, its settings included: only what went wrong is logged.
    poolErrorHandler: ({ code, message }: { code?: string; message: string }) =>
      logger.error({ code, reason: message }, "a database connection broke while idle"),
    extra: {
      Client: RowClient,
      keepAlive: true,
      onConnect: (client: ClientBase) => {
        // One that breaks between two statements of its holder says so to nobody: the holder's next statement fails by it. Unheard, it would end the process.
        client.on("error", () => undefined);
        return client.query(PLAN_ONCE);
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
