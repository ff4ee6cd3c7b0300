/** Where reads go, transactions, and whether anything can be stored. */
import type { Logger } from "../logger.js";
import { translated } from "./database.faults.js";
import type { LogPosition } from "./log.position.js";
import { Replicas, poolFor, type Server } from "./replicas.js";
import type { Reader } from "./statement.js";
import { DatabaseHealth, serverName, type ServerHealth } from "./server.health.js";
import { StatementPool, type PoolLoad, type PoolOptions } from "./statement.pool.js";
import type { StatementObserver } from "./statement.watch.js";
import { Transaction } from "./transaction.js";

export interface DatabaseOptions {
  url: string;
  replicaUrls: readonly string[];
  /** Connections for each server: for short statements and transactions, and for reports. */
  poolSize: number;
  reportPoolSize: number;
  connectTimeoutMs: number;
  statementTimeoutMs: number;
}

/** Runs `work` with stores that write in one transaction; nothing is stored when it throws. */
export type InTransaction<Stores> = <Result>(
  clientId: string,
  work: (stores: Stores) => Result | Promise<Result>,
) => Promise<Result>;

/** The load of one pool: `main` for short statements and transactions, `reports` for statistics and counts. */
export interface ServerPoolLoad extends PoolLoad {
  server: string;
  pool: "main" | "reports";
}

export class Database {
  private readonly primary: Server;
  private readonly replicas: Replicas;
  private readonly servers: readonly Server[];
  private readonly serverHealth: DatabaseHealth;

  constructor(options: DatabaseOptions, logger: Pick<Logger, "warn" | "error">, onStatement: StatementObserver) {
    const urls = [options.url, ...options.replicaUrls];
    this.servers = urls.map((url, index) => serverAt(url, serverName(index), options, logger, onStatement));
    const [primary, ...replicas] = this.servers;
    if (primary === undefined) throw new Error("A database needs a server.");
    this.primary = primary;
    this.replicas = new Replicas(primary, replicas, logger);
    this.serverHealth = new DatabaseHealth(urls);
  }

  /** Reads for this caller, which sees what it wrote itself and everything up to `since`; on a replica where there is one that is fit. */
  readerFor(clientId: string, since: LogPosition = 0): Reader {
    const reader = this.replicas.any ? this.replicas.readerFor(clientId, since) : this.primaryReader;
    return { rows: (statement) => reader.rows(statement).catch(rethrow) };
  }

  /** The position of the log after the caller's last write through this server; null where there is no replica, or no write. */
  positionOf(clientId: string): LogPosition | null {
    return this.replicas.positionOf(clientId) || null;
  }

  /** Transactions whose work gets the stores that `storesOf` makes. The caller's next reads show what was stored. */
  transactions<Stores>(storesOf: (transaction: Transaction) => Stores): InTransaction<Stores> {
    return async (clientId, work) => {
      const { result, position } = await Transaction.run(
        this.primary.main,
        (transaction) => work(storesOf(transaction)),
        this.replicas.any,
      );
      if (position !== null) this.replicas.wrote(clientId, position);
      return result;
    };
  }

  /** Resolves when what `work` adds could be stored now; nothing of it is. */
  rehearse(work: (transaction: Transaction) => void): Promise<void> {
    return Transaction.rehearse(this.primary.main, work);
  }

  /** Resolves when the primary answers. */
  async ping(): Promise<void> {
    await this.primaryReader.rows({ text: "SELECT 1", values: [], read: () => null }).catch(rethrow);
  }

  /** Never rejects. */
  health(): Promise<readonly ServerHealth[]> {
    return this.serverHealth.perServer();
  }

  get loads(): readonly ServerPoolLoad[] {
    return this.servers.flatMap(({ main, reports }, index) => [
      { server: serverName(index), pool: "main", ...main.load },
      { server: serverName(index), pool: "reports", ...reports.load },
    ]);
  }

  /** Waits for the statements that run. */
  async close(): Promise<void> {
    const pools = this.servers.flatMap(({ main, reports }) => [main, reports]);
    await Promise.all([...pools.map((pool) => pool.end()), this.serverHealth.close()]);
  }

  private readonly primaryReader: Reader = {
    rows: (statement) => poolFor(this.primary, statement).rows(statement),
  };
}

function serverAt(
  url: string,
  server: string,
  { poolSize, reportPoolSize, connectTimeoutMs, statementTimeoutMs }: DatabaseOptions,
  logger: Pick<Logger, "error">,
  onStatement: StatementObserver,
): Server {
  const options: Omit<PoolOptions, "size"> = {
    url,
    server,
    connectTimeoutMs,
    statementTimeoutMs,
    onStatement,
    // The error holds the whole client, its settings included: only what went wrong is logged.
    onError: ({ code, message }: Error & { code?: string }) =>
      logger.error({ code, reason: message }, "a database connection broke while idle"),
  };
  return {
    main: new StatementPool("once", { ...options, size: poolSize }),
    reports: new StatementPool("each time", { ...options, size: reportPoolSize }),
  };
}

function rethrow(error: unknown): never {
  throw translated(error);
}
