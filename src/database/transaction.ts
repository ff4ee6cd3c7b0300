/** One transaction: what is added is sent together with the commit, in one round trip; what is asked is sent at once. */
import type { PoolClient } from "pg";
import { isRefusedByServer, translated } from "./database.faults.js";
import { number, type Command, type Reader, type Statement } from "./statement.js";
import type { LogPosition } from "./log.position.js";
import type { StatementPool } from "./statement.pool.js";

const BEGIN: Command = { text: "BEGIN", values: [] };
const COMMIT: Command = { text: "COMMIT", values: [] };
const ROLLBACK: Command = { text: "ROLLBACK", values: [] };
const POSITION: Command = { text: "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')", values: [] };

export class Transaction implements Reader {
  private readonly pending: Command[] = [];
  private begun = false;

  private constructor(
    private readonly pool: StatementPool,
    private readonly client: PoolClient,
  ) {}

  /**
   * Runs `work` and commits; nothing of it is stored when it throws.
   * @param asksPosition whether the position of the log after the commit is wanted
   * @throws DatabaseUnavailableError, which says whether the transaction may have been stored
   */
  static async run<Result>(
    pool: StatementPool,
    work: (transaction: Transaction) => Result | Promise<Result>,
    asksPosition: boolean,
  ): Promise<{ result: Result; position: LogPosition | null }> {
    try {
      return await pool.withClient(async (client) => {
        const transaction = new Transaction(pool, client);
        const result = await work(transaction);
        return { result, position: await transaction.commit(asksPosition) };
      });
    } catch (error) {
      throw translated(error);
    }
  }

  /** Runs `work` as `run` does, and rolls it back: what it would store could be stored. */
  static async rehearse(pool: StatementPool, work: (transaction: Transaction) => void): Promise<void> {
    try {
      await pool.withClient(async (client) => {
        const transaction = new Transaction(pool, client);
        work(transaction);
        await transaction.send([BEGIN, ...transaction.pending, ROLLBACK]);
      });
    } catch (error) {
      throw translated(error);
    }
  }

  /** Adds a command whose answer nobody waits for; it runs in the order of adding, at the latest with the commit. */
  add(command: Command): void {
    this.pending.push(command);
  }

  /** Runs a statement now, after everything that was added before it. */
  async rows<Row>({ text, values, read }: Statement<Row>): Promise<Row[]> {
    const before = [...(this.begun ? [] : [BEGIN]), ...this.pending.splice(0)];
    this.begun = true;
    const answers = await this.send([...before, { text, values }]);
    return (answers.at(-1) ?? []).map((columns) => read(columns));
  }

  private async commit(asksPosition: boolean): Promise<LogPosition | null> {
    const commands = this.pending.splice(0);
    // A single statement is a transaction by itself.
    const whole =
      !this.begun && commands.length <= 1 ? commands : [...(this.begun ? [] : [BEGIN]), ...commands, COMMIT];
    const committed = this.send(whole).catch((error: unknown) => {
      throw translated(error, !isRefusedByServer(error));
    });
    if (!asksPosition) return committed.then(() => null);
    // Without an answer the caller reads from the primary.
    const position = this.pool
      .send(this.client, POSITION)
      .then(([row]) => number(row?.[0]))
      .catch(() => Infinity);
    await committed;
    return position;
  }

  /** All of them on the wire before the first answer; rejects with the first that fails. */
  private send(commands: readonly Command[]): Promise<(string | null)[][][]> {
    return Promise.all(commands.map((command) => this.pool.send(this.client, command)));
  }
}
