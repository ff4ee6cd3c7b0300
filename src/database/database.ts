/** The store's front door: where reads go, writes of one statement each, and faults told apart from outages. */
import type { Pool } from "pg";
import type { DataSource } from "typeorm";
import type { Logger } from "../logger.js";
import { translated } from "./database.faults.js";
import { Replicas } from "./replicas.js";
import type { Command, Reader } from "./statement.js";
import { StatementPool, type StatementObserver } from "./statement.pool.js";

export class Database {
  private readonly primary: StatementPool;
  private readonly replicas: Replicas;

  constructor(dataSource: DataSource, logger: Pick<Logger, "warn">, onStatement: StatementObserver) {
    // TypeORM's own pools: statements go straight to them by name and as arrays, which its query runner can't do.
    const { master, slaves } = dataSource.driver as unknown as { master: Pool; slaves: readonly Pool[] };
    this.primary = new StatementPool(master, onStatement);
    this.replicas = new Replicas(
      this.primary,
      slaves.map((pool) => new StatementPool(pool, onStatement)),
      logger,
    );
  }

  /** Reads for this caller, which sees what it wrote itself; on a replica where there is one. */
  readerFor(clientId: string): Reader {
    const reader = this.replicas.readerFor(clientId);
    return { rows: (statement) => reader.rows(statement).catch(rethrow) };
  }

  /** Everything the statement does is there afterwards, or nothing; the caller's next reads show it. */
  async write(clientId: string, command: Command): Promise<void> {
    await this.primary.rows({ ...command, read: nothing }).catch(rethrow);
    this.replicas.wrote(clientId);
  }

  /** Resolves when the database answers. */
  async ping(): Promise<void> {
    await this.primary.rows({ text: "SELECT 1", values: [], read: nothing }).catch(rethrow);
  }

  close(): void {
    this.replicas.close();
  }
}

function nothing(): void {
  // Nobody reads what comes back.
}

function rethrow(error: unknown): never {
  throw translated(error);
}
