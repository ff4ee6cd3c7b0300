/** The store's front door: prepared reads, transactions, and faults told apart from outages. */
import { createHash } from "node:crypto";
import type { Pool } from "pg";
import type { DataSource, EntityManager } from "typeorm";
import { AppError } from "../errors.js";

/** SQL with `$1`-style places and the values that go there. */
export interface Statement {
  text: string;
  values: readonly unknown[];
}

/** Told of every statement sent, for the metrics. */
export type StatementObserver = () => void;

/** Connection lost (08…), server shutting down or starting (57P0…), too many connections (53300), disk full (53100). */
const OUTAGE_SQLSTATES = /^(08...|57P0[1-5]|53...)$/;
const OUTAGE_ERRNO: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

export class Database {
  private readonly pool: Pool;

  constructor(
    private readonly dataSource: DataSource,
    private readonly onStatement: StatementObserver,
  ) {
    // TypeORM's own pool: reads go straight to it as named prepared statements, which its query runner can't send.
    this.pool = (dataSource.driver as unknown as { master: Pool }).master;
  }

  /** Plain rows, by a prepared statement that each connection plans once. */
  async rows<Row extends object>({ text, values }: Statement): Promise<Row[]> {
    this.onStatement();
    try {
      const result = await this.pool.query<Row>({ name: nameOf(text), text, values: [...values] });
      return result.rows;
    } catch (error) {
      throw translated(error);
    }
  }

  /** Everything the work does is there afterwards, or nothing. */
  async transaction<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    this.onStatement();
    try {
      return await this.dataSource.transaction(work);
    } catch (error) {
      throw translated(error);
    }
  }

  /** Resolves when the database answers. */
  async ping(): Promise<void> {
    await this.pool.query("SELECT 1");
  }
}

const names = new Map<string, string>();

/** PostgreSQL names end at 63 bytes, so a statement is named by a hash of its text. The texts are few: values never stand in them. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash("sha256").update(text).digest("base64url");
    names.set(text, name);
  }
  return name;
}

/** An outage passes: the caller may try again. Anything else is left as it is, a fault of ours. */
function translated(error: unknown): unknown {
  const code = (error as { code?: unknown }).code ?? (error as { driverError?: { code?: unknown } }).driverError?.code;
  const message = error instanceof Error ? error.message : "";
  const outage =
    (typeof code === "string" && (OUTAGE_SQLSTATES.test(code) || OUTAGE_ERRNO.has(code))) ||
    /Connection terminated|timeout exceeded when trying to connect/.test(message);
  return outage
    ? new AppError("INTERNAL_SERVER_ERROR", "the database can't be reached", { cause: error, retryable: true })
    : error;
}
