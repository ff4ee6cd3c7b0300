/**
 * Reads spread over read replicas. A caller that just wrote reads from the primary until a replica has caught up with what it wrote; a replica that
 * fails is left alone for a moment while the others, or the primary, answer in its place.
 */
import type { Logger } from "../logger.js";
import { isOutage } from "./database.faults.js";
import { text, type Reader, type Statement } from "./statement.js";
import type { StatementPool } from "./statement.pool.js";

/** How long a replica that failed is left alone before it is tried again. */
const REST_MS = 1_000;
/** How often replicas are asked how far they are, while anybody waits for that. */
const POLL_MS = 100;
/** A caller that wrote so long ago counts as any other, whose reads may be behind: callers must not pile up beside a replica that is gone. */
const FORGET_MS = 3_600_000;

interface Replica {
  readonly pool: StatementPool;
  restsUntil: number;
  /** Everything that was committed before this moment is there, in milliseconds of this machine's clock. */
  caughtUpTo: number;
}

export class Replicas {
  private readonly replicas: readonly Replica[];
  /** When each caller last wrote; only those that some replica may not have caught up with. */
  private readonly writes = new Map<string, number>();
  private turn = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly primary: StatementPool,
    pools: readonly StatementPool[],
    private readonly logger: Pick<Logger, "warn">,
  ) {
    this.replicas = pools.map((pool) => ({ pool, restsUntil: 0, caughtUpTo: 0 }));
  }

  /** Reads that see everything the caller wrote through this server. */
  readerFor(caller: string): Reader {
    return { rows: (statement) => this.rows(statement, caller) };
  }

  /** The caller's write is committed. */
  wrote(caller: string): void {
    if (this.replicas.length === 0) return;
    // One millisecond on: a write and the poll that covers it may fall into the same one.
    this.writes.set(caller, Date.now() + 1);
    this.timer ??= setTimeout(() => void this.poll(), POLL_MS).unref();
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private async rows<Row>(statement: Statement<Row>, caller: string): Promise<Row[]> {
    const replica = this.next(this.writes.get(caller) ?? 0);
    if (replica === null) return this.primary.rows(statement);
    try {
      return await replica.pool.rows(statement);
    } catch (error) {
      if (!isOutage(error)) throw error;
      replica.restsUntil = Date.now() + REST_MS;
      this.logger.warn({ reason: String(error) }, "a replica failed; the primary answers in its place");
      return this.primary.rows(statement);
    }
  }

  /** The next in turn that does not rest and has caught up with `since`. */
  private next(since: number): Replica | null {
    if (this.replicas.length === 0) return null;
    const now = Date.now();
    const fit = this.replicas.filter(({ restsUntil, caughtUpTo }) => restsUntil <= now && caughtUpTo >= since);
    this.turn = (this.turn + 1) % Math.max(1, fit.length);
    return fit[this.turn] ?? null;
  }

  private async poll(): Promise<void> {
    const before = Date.now();
    try {
      const [position] = await this.primary.rows({
        text: "SELECT pg_current_wal_lsn()::text",
        values: [],
        read: ([value]) => text(value),
      });
      await Promise.all(this.replicas.map((replica) => this.ask(replica, position ?? "", before)));
    } catch {
      // The primary is away: nobody catches up with anything now.
    }
    const reached = Math.min(...this.replicas.map(({ caughtUpTo }) => caughtUpTo));
    for (const [caller, at] of this.writes) {
      if (at <= reached || at < before - FORGET_MS) this.writes.delete(caller);
    }
    this.timer = this.writes.size > 0 ? setTimeout(() => void this.poll(), POLL_MS).unref() : null;
  }

  private async ask(replica: Replica, position: string, before: number): Promise<void> {
    try {
      const [there] = await replica.pool.rows({
        // A server that was promoted replays nothing: it is nobody's replica.
        text: "SELECT coalesce(pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= $1::pg_lsn, false)",
        values: [position],
        read: ([value]) => value === "t",
      });
      if (there === true) replica.caughtUpTo = before;
    } catch {
      replica.restsUntil = Date.now() + REST_MS;
    }
  }
}
