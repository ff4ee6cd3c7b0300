/** One server's connections: statements by name, planned once. */
import type { Pool } from "pg";
import { preparedRows } from "./prepared.query.js";
import type { Reader, Statement } from "./statement.js";

/** Told of every statement sent, for the metrics. */
export type StatementObserver = () => void;

/** Said on every new connection: left to itself, PostgreSQL plans most of our statements anew for every call, which takes longer than running them. */
export const PLAN_ONCE = "SET plan_cache_mode = force_generic_plan";
const PLAN_ANEW = "SET plan_cache_mode = force_custom_plan";

export class StatementPool implements Reader {
  constructor(
    private readonly pool: Pool,
    private readonly onStatement: StatementObserver,
  ) {}

  rows<Row>(statement: Statement<Row>): Promise<Row[]> {
    this.onStatement();
    return statement.planAnew ? this.rowsPlannedAnew(statement) : preparedRows(this.pool, statement);
  }

  private async rowsPlannedAnew<Row>(statement: Statement<Row>): Promise<Row[]> {
    const client = await this.pool.connect();
    try {
      await client.query(PLAN_ANEW);
      const rows = await preparedRows(client, statement);
      await client.query(PLAN_ONCE);
      client.release();
      return rows;
    } catch (error) {
      // Whatever state the connection is in now, nobody gets it again.
      client.release(true);
      throw error;
    }
  }
}
