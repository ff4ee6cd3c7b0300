/**
 * A statement on its way through `pg`, at the least it can cost: prepared once on each connection, rows read straight from the columns' text. The
 * library's own query has the columns described anew by every call and looks for a parser for each; our readers know their columns. It goes the way
 * that cursors and copies go: as something that submits itself and is told what comes back.
 */
import { createHash } from "node:crypto";
import type { Connection, Pool, PoolClient, Submittable } from "pg";
import utils from "pg/lib/utils.js";
import type { ColumnText, Statement } from "./statement.js";

/** Texts that are prepared under a name of their own; a flood of odd filters must not fill the memory of every connection. */
const MAX_PREPARED = 1000;

/** Names of statements by their texts; without one a statement is prepared for each call. */
const names = new Map<string, string>();
const UNNAMED = "";

/** What `pg` leaves out of its types: which statements the connection has, by name. */
interface PreparingConnection extends Omit<Connection, "parse" | "bind" | "execute"> {
  readonly parsedStatements: Readonly<Record<string, string>>;
  parse(config: { name: string; text: string }): void;
  bind(config: { statement: string; values: readonly unknown[] }): void;
  execute(): void;
}

/** A pool gives what submits itself to one of its connections, which its types leave out too. */
interface SubmittablesTaker<Row> {
  query(query: Submittable, values: undefined, done: Callback<Row>): void;
}

type Callback<Row> = (error: Error | null, rows?: Row[]) => void;

/** Runs the statement on any connection of the pool, or on the one given. */
export function preparedRows<Row>(on: Pool | PoolClient, statement: Statement<Row>): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const to = on as unknown as SubmittablesTaker<Row>;
    to.query(new PreparedQuery(statement), undefined, (error, rows = []) => (error ? reject(error) : resolve(rows)));
  });
}

/** `pg` calls and reads what is public by these names. */
class PreparedQuery<Row> implements Submittable {
  callback: Callback<Row> | null = null;
  readonly name: string;
  readonly text: string;
  private readonly rows: Row[] = [];
  private fault: Error | null = null;

  constructor(private readonly statement: Statement<Row>) {
    this.text = statement.text;
    this.name = names.get(this.text) ?? newName(this.text);
  }

  /** Everything at once: what PostgreSQL has to say comes after the last of it. */
  submit(connection: Connection): Error | null {
    const to = connection as unknown as PreparingConnection;
    to.stream.cork();
    try {
      // Before anything is sent: a value that has no text must not leave half a statement behind.
      const values = this.statement.values.map((value) => utils.prepareValue(value));
      if (to.parsedStatements[this.name] === undefined) to.parse({ name: this.name, text: this.text });
      to.bind({ statement: this.name, values });
      to.execute();
      to.sync();
      return null;
    } catch (error) {
      return error as Error;
    } finally {
      to.stream.uncork();
    }
  }

  handleDataRow({ fields }: { fields: readonly ColumnText[] }): void {
    if (this.fault !== null) return;
    try {
      this.rows.push(this.statement.read(fields));
    } catch (error) {
      this.fault = error as Error;
    }
  }

  handleCommandComplete(): void {
    // What is told on completion, how many rows there were, nobody asks.
  }

  handleReadyForQuery(): void {
    this.callback?.(this.fault, this.rows);
  }

  handleError(error: Error): void {
    this.callback?.(error);
  }
}

/** PostgreSQL names end at 63 bytes, so a statement is named by a hash of its text. */
function newName(text: string): string {
  if (names.size >= MAX_PREPARED) return UNNAMED;
  const name = createHash("sha256").update(text).digest("base64url");
  names.set(text, name);
  return name;
}
