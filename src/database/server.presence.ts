/**
 * A sign that this server lives, for the others on the same database: a session-level advisory lock that PostgreSQL releases when the server's connection
 * ends, at the latest with the process.
 */
import { randomInt } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import type { Logger } from "../logger.js";

/** The class of the locks: any number that no other program on the database uses. */
export const PRESENCE_LOCK_CLASS = 730_519_640;
/** Counts the servers on this database, by their locks. */
export const SERVERS_ON_DATABASE = `SELECT count(*)::int AS servers FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND classid = ${PRESENCE_LOCK_CLASS}
  AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`;
const RECONNECT_MS = 1_000;

export class ServerPresence {
  private client: pg.Client | null = null;
  private closed = false;
  private id = 0;

  private constructor(
    private readonly url: string,
    private readonly logger: Pick<Logger, "warn">,
  ) {}

  static async start(url: string, logger: Pick<Logger, "warn">): Promise<ServerPresence> {
    const presence = new ServerPresence(url, logger);
    await presence.connect();
    return presence;
  }

  /** This server's number. Another one after the connection was lost: what the old one held counts as left behind. */
  get serverId(): number {
    return this.id;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.client?.end();
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: "plategraph presence",
      keepAlive: true,
    });
    client.on("error", (error) => void this.reconnect(client, error));
    await client.connect();
    const id = randomInt(1, 2_147_483_647);
    await client.query("SELECT pg_advisory_lock($1::int, $2::int)", [PRESENCE_LOCK_CLASS, id]);
    this.client = client;
    this.id = id;
  }

  private async reconnect(lost: pg.Client, error: Error): Promise<void> {
    if (this.closed || this.client !== lost) return;
    this.client = null;
    this.logger.warn({ reason: error.message }, "the connection that shows this server's presence was lost");
    while (!this.isClosed()) {
      try {
        await this.connect();
        return;
      } catch {
        await setTimeout(RECONNECT_MS, undefined, { ref: false });
      }
    }
  }

  /** Read anew at each turn of the loop. */
  private isClosed(): boolean {
    return this.closed;
  }
}
