/** One server's connections: statements by name, planned once. */
import type { Pool } from "pg";
import { queryOf, type Command, type Reader, type Statement } from "./statement.js";

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

  async rows<Row>(statement: Statement<Row>): Promise<Row[]> {
    const rows = await this.send(statement);
    return rows.map((values) => statement.read(values));
  }

  async send(command: Command): Promise<unknown[][]> {
    this.onStatement();
    return command.planAnew ? this.sendPlannedAnew(command) : (await this.pool.query<unknown[]>(queryOf(command))).rows;
  }

  private async sendPlannedAnew(command: Command): Promise<unknown[][]> {
    const client = await this.pool.connect();
    try {
      await client.query(PLAN_ANEW);
      const result = await client.query<unknown[]>(queryOf(command));
      await client.query(PLAN_ONCE);
      client.release();
      return result.rows;
    } catch (error) {
      // Whatever state the connection is in now, nobody gets it again.
      client.release(true);
      throw error;
    }
  }
}
