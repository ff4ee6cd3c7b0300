/** Connections to one server for one kind of statement. */
import pg, { type ClientBase, type PoolClient } from "pg";
import { SharedConnections } from "./shared.connections.js";
import type { Command, Reader, Statement } from "./statement.js";
import { StatementNames } from "./statement.names.js";
import type { StatementObserver } from "./statement.watch.js";

export interface PoolOptions {
  url: string;
  /** For people: `primary`, `replica1` and so on. */
  server: string;
  /** Connections at most. */
  size: number;
  /** Milliseconds that a statement may wait for a connection. */
  connectTimeoutMs: number;
  /** Milliseconds that a statement may run; 0 is no limit. */
  statementTimeoutMs: number;
  /** An idle connection broke. */
  onError: (error: Error) => void;
  onStatement: StatementObserver;
}

/**
 * "once": every statement is planned for any values, once for each connection. Left to itself, PostgreSQL plans most of ours at every call, which takes
 * longer than running them. "each time": planned for the values at hand.
 */
export type Planning = "once" | "each time";
const SETTINGS = {
  // Short statements: PostgreSQL took 94 ms with two workers for what takes 5 without, because it expected seven times the rows.
  once: "SET plan_cache_mode = force_generic_plan; SET max_parallel_workers_per_gather = 0",
  "each time": "SET plan_cache_mode = force_custom_plan",
} as const;
const PLAN = { once: "generic", "each time": "custom" } as const;

/** Connections of a pool, and the statements that wait for one. */
export interface PoolLoad {
  busy: number;
  idle: number;
  waiting: number;
  limit: number;
}

/** Of the connections of a pool, those that short reads share at most. Transactions and long reads have the others, and theirs when they are idle. */
const SHARED_PART = 0.4;

/** A connection that holds so many prepared statements is closed when it is free; the pool opens another. */
const MAX_PREPARED = 256;

/** Milliseconds that an idle connection is kept. With `pg`'s 10 s, a photo that came after a pause waited for a new one, and for its statements to be planned. */
const IDLE_MS = 5 * 60_000;

/** Columns as PostgreSQL's text: readers know their columns, `pg` would look for a parser by each column's type. */
const AS_TEXT = { getTypeParser: () => (text: string) => text } as unknown as pg.CustomTypesConfig;

export class StatementPool implements Reader {
  private readonly pool: pg.Pool;
  private readonly names: StatementNames | null;
  /** Names that each connection has prepared. */
  private readonly prepared = new WeakMap<PoolClient, Set<string>>();
  private readonly shared: SharedConnections | null;

  constructor(
    private readonly planning: Planning,
    private readonly options: PoolOptions,
  ) {
    this.names = planning === "once" ? new StatementNames() : null;
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.size,
      application_name: "plategraph",
      keepAlive: true,
      idleTimeoutMillis: IDLE_MS,
      connectionTimeoutMillis: options.connectTimeoutMs,
      ...(options.statementTimeoutMs > 0 && { statement_timeout: options.statementTimeoutMs }),
      // Statements of one transaction, and short reads, are sent without waiting for the answers between them.
      pipeline: true,
      // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool waits for it, which its types leave out
      onConnect: (client) => prepareConnection(client, planning),
    });
    this.pool.on("error", options.onError);
    this.shared =
      planning === "each time"
        ? null
        : new SharedConnections({
            size: Math.floor(options.size * SHARED_PART),
            hasFree: () => this.hasFree,
            connect: () => this.pool.connect(),
            send: (client, command) => this.send(client, command),
            isWorn: (client) => this.isWorn(client),
          });
  }

  /** Of a statement that changes nothing: it may run twice. */
  async rows<Row>({ text, values, read }: Statement<Row>): Promise<Row[]> {
    const command = { text, values };
    const rows = (await this.shared?.rows(command)) ?? (await this.withClient((client) => this.send(client, command)));
    return rows.map((columns) => read(columns));
  }

  /** Runs `work` on a connection of its own. One on which anything failed is closed. */
  async withClient<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    if (!this.hasFree) this.shared?.cedeOne();
    const client = await this.pool.connect();
    let done = false;
    try {
      const result = await work(client);
      done = true;
      return result;
    } finally {
      client.release(!done || this.isWorn(client));
    }
  }

  /** Sends one statement on a connection that the caller holds. */
  send(client: PoolClient, { text, values }: Command): Promise<(string | null)[][]> {
    const name = this.names?.nameOf(text);
    const { server } = this.options;
    const ended = this.options.onStatement({ text, name, plan: PLAN[this.planning], server });
    if (name !== undefined) this.remember(client, name);
    const query: pg.QueryArrayConfig = {
      ...(name !== undefined && { name }),
      text,
      values: values as unknown[],
      rowMode: "array",
      types: AS_TEXT,
    };
    // By callback: V8 keeps what `pg`'s own promise resolves with until a full garbage collection. On the page of 50, that was 250 of 800 µs.
    return new Promise((resolve, reject) => {
      client.query<(string | null)[]>(query, (error: Error | undefined, result) => {
        ended(error ?? null);
        if (error) reject(error);
        else resolve(result.rows);
      });
    });
  }

  get load(): PoolLoad {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount, limit: this.options.size };
  }

  /** Waits for the statements that run. */
  end(): Promise<void> {
    this.shared?.close();
    return this.pool.end();
  }

  /** The pool hands an idle connection out in the next turn only; until then it counts as idle, and its taker as waiting. */
  private get hasFree(): boolean {
    const { busy, waiting, limit } = this.load;
    return busy + waiting < limit;
  }

  private isWorn(client: PoolClient): boolean {
    return (this.prepared.get(client)?.size ?? 0) >= MAX_PREPARED;
  }

  private remember(client: PoolClient, name: string): void {
    const names = this.prepared.get(client);
    if (names === undefined) this.prepared.set(client, new Set([name]));
    else names.add(name);
  }
}

async function prepareConnection(client: ClientBase, planning: Planning): Promise<void> {
  // A connection in use has no error listener of the pool's; without one a dropped connection would end the process. The statement on it fails anyway.
  client.on("error", () => undefined);
  await client.query(SETTINGS[planning]);
}
