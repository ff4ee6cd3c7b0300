/** The store's front door: reads as prepared statements, writes of one statement each, and faults told apart from outages. */
import type { Pool } from "pg";
import type { DataSource } from "typeorm";
import { translated } from "./database.faults.js";
import { queryOf, type Command, type Reader, type Statement } from "./statement.js";

/** Told of every statement sent, for the metrics. */
export type StatementObserver = () => void;

export class Database implements Reader {
  private readonly pool: Pool;

  constructor(
    dataSource: DataSource,
    private readonly onStatement: StatementObserver,
  ) {
    // TypeORM's own pool: statements go straight to it by name and as arrays, which its query runner can't do.
    this.pool = (dataSource.driver as unknown as { master: Pool }).master;
  }

  async rows<Row>(statement: Statement<Row>): Promise<Row[]> {
    const rows = await this.send(statement);
    return rows.map((values) => statement.read(values));
  }

  /** Everything the statement does is there afterwards, or nothing. */
  async write(command: Command): Promise<void> {
    await this.send(command);
  }

  /** Resolves when the database answers. */
  async ping(): Promise<void> {
    await this.send({ text: "SELECT 1", values: [] });
  }

  private async send(command: Command): Promise<unknown[][]> {
    this.onStatement();
    try {
      return (await this.pool.query<unknown[]>(queryOf(command))).rows;
    } catch (error) {
      throw translated(error);
    }
  }
}
