/** Whether each server of the database answers, and how far its replicas are behind: asked when the metrics are read. */
import { numberOrNull, type Statement } from "./statement.js";
import { StatementPool, type PoolOptions } from "./statement.pool.js";

export interface ServerHealth {
  /** `primary`, `replica1` and so on, in the order of the settings. */
  server: string;
  up: boolean;
  /** How far a replica is behind the primary; null for the primary, and where either does not answer. */
  lag: { bytes: number; seconds: number } | null;
}

interface Position {
  log: number;
  /** Seconds since the last transaction that was replayed; null on a server that replays nothing. */
  replayedAgo: number | null;
  replays: boolean;
}

const POSITION: Statement<Position> = {
  text: `SELECT pg_is_in_recovery()::int,
    pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END, '0/0'),
    extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())`,
  values: [],
  read: ([replays, log, ago]) => ({
    log: numberOrNull(log) ?? 0,
    replayedAgo: numberOrNull(ago),
    replays: replays === "1",
  }),
};

/** A server that takes longer to answer counts as down. */
const TIMEOUT_MS = 1_000;
/** An answer is given again for so long: several gauges come from one. */
const GOOD_FOR_MS = 500;

/** Connections of its own, closed when they are idle: the pools may be taken by what is being measured. */
export class DatabaseHealth {
  private readonly servers: readonly { server: string; pool: StatementPool }[];
  private latest: Promise<readonly ServerHealth[]> | null = null;
  private askedAt = 0;

  constructor(urls: readonly string[]) {
    this.servers = urls.map((url, index) => ({
      server: serverName(index),
      pool: new StatementPool("each time", { ...OPTIONS, url }),
    }));
  }

  /** Never rejects; all who ask within a moment share one question. */
  perServer(): Promise<readonly ServerHealth[]> {
    if (this.latest === null || performance.now() - this.askedAt > GOOD_FOR_MS) {
      this.latest = this.ask();
      this.askedAt = Infinity;
      void this.latest.then(() => (this.askedAt = performance.now()));
    }
    return this.latest;
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map(({ pool }) => pool.end()));
  }

  private async ask(): Promise<readonly ServerHealth[]> {
    const positions = await Promise.all(
      this.servers.map(({ pool }) =>
        pool.rows(POSITION).then(
          ([position]) => position ?? null,
          () => null,
        ),
      ),
    );
    const primary = positions[0] ?? null;
    return this.servers.map(({ server }, index) => {
      const position = positions[index] ?? null;
      return { server, up: position !== null, lag: index === 0 ? null : lagOf(position, primary) };
    });
  }
}

const OPTIONS: Omit<PoolOptions, "url"> = {
  size: 1,
  connectTimeoutMs: TIMEOUT_MS,
  statementTimeoutMs: TIMEOUT_MS,
  // The next question says so.
  onError: () => undefined,
  onStatement: () => () => undefined,
  server: "health",
};

export function serverName(index: number): string {
  return index === 0 ? "primary" : `replica${index}`;
}

/** A replica that has replayed everything is not behind, however long ago the last transaction was. */
function lagOf(replica: Position | null, primary: Position | null): ServerHealth["lag"] {
  if (replica === null || primary === null || !replica.replays) return null;
  const bytes = Math.max(0, primary.log - replica.log);
  return { bytes, seconds: bytes === 0 ? 0 : (replica.replayedAgo ?? 0) };
}
