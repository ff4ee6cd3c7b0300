/**
 * Connections that short reads share: a statement is sent behind those under way on its connection, without waiting for their answers (`pg`'s pipelining).
 * One after the other, each on a connection of its own, the same reads took the server 1.3 to 1.6 times the processor time.
 */
import { LRUCache } from "lru-cache";
import type { PoolClient } from "pg";
import { isStatementTimeout } from "./database.faults.js";
import type { ColumnText, Command } from "./statement.js";

/** PostgreSQL cancels a statement that runs for so many milliseconds; it runs again on a connection of its own, and those behind it go on. */
const STATEMENT_MS = 100;
/** Nothing is sent behind a statement that has run for so many milliseconds. */
const PATIENCE_MS = 25;
/** Statements under way on one connection: the last waits for 1.6 s at most. */
const MAX_UNDER_WAY = 16;
/** Texts of statements that took too long are run on connections of their own for so many milliseconds. */
const SLOW_FOR_MS = 10_000;
const MAX_SLOW_TEXTS = 128;
const MAX_SLOW_CHARACTERS = 256 * 1024;

export interface SharedConnectionsOptions {
  /** Connections at most. */
  size: number;
  /** Whether the pool could give a connection at once. */
  hasFree: () => boolean;
  connect: () => Promise<PoolClient>;
  send: (client: PoolClient, command: Command) => Promise<ColumnText[][]>;
  /** Whether the connection holds so many prepared statements that it should be closed. */
  isWorn: (client: PoolClient) => boolean;
}

export class SharedConnections {
  private readonly connections = new Set<SharedConnection>();
  private readonly slow = new LRUCache<string, true>({
    max: MAX_SLOW_TEXTS,
    maxSize: MAX_SLOW_CHARACTERS,
    sizeCalculation: (_slow, text) => text.length,
    ttl: SLOW_FOR_MS,
  });

  constructor(private readonly options: SharedConnectionsOptions) {}

  /** Runs a statement that changes nothing. Null where it needs a connection of its own. */
  async rows(command: Command): Promise<ColumnText[][] | null> {
    if (this.slow.has(command.text)) return null;
    const connection = this.leastBusy();
    if (connection === null) return null;
    try {
      return await connection.rows(command);
    } catch (error) {
      if (!isStatementTimeout(error)) throw error;
      this.slow.set(command.text, true);
      return null;
    }
  }

  /** Closes a connection that has nothing under way, if there is one: somebody waits for a connection of their own. */
  cedeOne(): void {
    [...this.connections].find(({ underWay }) => underWay === 0)?.retire();
  }

  /** Closes the connections, each after the statements under way on it. */
  close(): void {
    for (const connection of this.connections) connection.retire();
  }

  private leastBusy(): SharedConnection | null {
    let best: SharedConnection | null = null;
    for (const connection of this.connections) {
      if (connection.hasRoom && (best === null || connection.underWay < best.underWay)) best = connection;
    }
    if (best?.underWay === 0 || this.connections.size >= this.options.size || !this.options.hasFree()) return best;
    const connection = new SharedConnection(this.options, () => this.connections.delete(connection));
    this.connections.add(connection);
    return connection;
  }
}

class SharedConnection {
  underWay = 0;
  /** When the first of the statements under way began, by `performance.now()`. */
  private since = 0;
  private retired = false;
  private readonly client: Promise<PoolClient>;

  constructor(
    private readonly options: SharedConnectionsOptions,
    private readonly onRetired: () => void,
  ) {
    this.client = this.open();
    // Each statement that waits for the connection reports the failure.
    this.client.catch(() => this.retire());
  }

  get hasRoom(): boolean {
    return this.underWay === 0 || (this.underWay < MAX_UNDER_WAY && performance.now() - this.since < PATIENCE_MS);
  }

  async rows(command: Command): Promise<ColumnText[][]> {
    if (this.underWay === 0) this.since = performance.now();
    this.underWay += 1;
    let client: PoolClient | null = null;
    try {
      client = await this.client;
      return await this.options.send(client, command);
    } finally {
      this.underWay -= 1;
      this.since = performance.now();
      if (client !== null) this.check(client);
    }
  }

  /** No further statement is sent; the connection is closed after those under way. */
  retire(): void {
    if (this.retired) return;
    this.retired = true;
    this.onRetired();
    if (this.underWay === 0) this.client.then(release, () => undefined);
  }

  private check(client: PoolClient): void {
    if (!this.retired) {
      if (this.options.isWorn(client)) this.retire();
    } else if (this.underWay === 0) release(client);
  }

  private async open(): Promise<PoolClient> {
    const client = await this.options.connect();
    client.once("error", () => this.retire()).once("end", () => this.retire());
    try {
      await client.query(`SET statement_timeout = ${STATEMENT_MS}`);
      return client;
    } catch (error) {
      release(client);
      throw error;
    }
  }
}

function release(client: PoolClient): void {
  client.release(true);
}
