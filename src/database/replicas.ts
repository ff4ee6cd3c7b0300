/**
 * Reads spread over read replicas. A caller that wrote is served by a replica once that replica has replayed the write, by the primary until then. A
 * replica that fails rests for a second; the primary answers in its place.
 */
import type { Logger } from "../logger.js";
import { isOutage, isStatementTimeout } from "./database.faults.js";
import { numberOrNull, type Reader, type Statement } from "./statement.js";
import type { StatementPool } from "./statement.pool.js";
import type { LogPosition } from "./log.position.js";
import { WritePositions } from "./write.positions.js";

/** How long a replica that failed is left alone. */
const REST_MS = 1_000;
/** A replica that was found behind is asked again only after this time. */
const ASK_EVERY_MS = 10;

/** Both kinds of connection to one server. */
export interface Server {
  /** Planned once; short. */
  readonly main: StatementPool;
  /** Planned for their values; may take seconds. Pools apart, so that reports never hold the connections that everything else needs. */
  readonly reports: StatementPool;
}

/** Null on a server that replays nothing, such as a replica that was promoted. */
const REPLAYED: Statement<LogPosition | null> = {
  text: "SELECT CASE WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') END",
  values: [],
  read: ([position]) => numberOrNull(position),
};

export function poolFor(
  { main, reports }: Server,
  { customPlan = false }: Pick<Statement<unknown>, "customPlan">,
): StatementPool {
  return customPlan ? reports : main;
}

export class Replicas {
  private readonly replicas: readonly Replica[];
  private readonly writes = new WritePositions();
  private turn = 0;

  constructor(
    private readonly primary: Server,
    servers: readonly Server[],
    private readonly logger: Pick<Logger, "warn">,
  ) {
    this.replicas = servers.map((server) => new Replica(server));
  }

  get any(): boolean {
    return this.replicas.length > 0;
  }

  /** Reads that see everything that the caller wrote through this server, and everything up to `since`. */
  readerFor(clientId: string, since: LogPosition): Reader {
    return { rows: (statement) => this.rows(statement, Math.max(since, this.writes.get(clientId))) };
  }

  /** The position after the caller's last write through this server; 0 for none. */
  positionOf(clientId: string): LogPosition {
    return this.writes.get(clientId);
  }

  /** The caller's transaction is committed; everything up to `position` must be replayed before a replica may answer the caller. */
  wrote(clientId: string, position: LogPosition): void {
    this.writes.set(clientId, position);
  }

  private async rows<Row>(statement: Statement<Row>, position: LogPosition): Promise<Row[]> {
    const replica = this.any ? await this.fit(position) : null;
    if (replica === null) return poolFor(this.primary, statement).rows(statement);
    try {
      return await poolFor(replica.server, statement).rows(statement);
    } catch (error) {
      // A statement that took too long would take as long on the primary.
      if (!isOutage(error) || isStatementTimeout(error)) throw error;
      replica.rest();
      this.logger.warn({ reason: String(error) }, "a replica failed; the primary answers in its place");
      return poolFor(this.primary, statement).rows(statement);
    }
  }

  /** The next in turn that does not rest and has replayed the log up to `position`. */
  private async fit(position: LogPosition): Promise<Replica | null> {
    const awake = this.replicas.filter((replica) => !replica.resting);
    this.turn += 1;
    for (let index = 0; index < awake.length; index += 1) {
      const replica = awake[(this.turn + index) % awake.length];
      if (replica !== undefined && (await replica.hasReplayed(position))) return replica;
    }
    return null;
  }
}

class Replica {
  private restsUntil = 0;
  private replayed: LogPosition = 0;
  private askedAt = 0;
  private asking: Promise<void> | null = null;

  constructor(readonly server: Server) {}

  get resting(): boolean {
    return this.restsUntil > Date.now();
  }

  rest(): void {
    this.restsUntil = Date.now() + REST_MS;
  }

  /** Asks the replica where it is not known; all who wait share one question. */
  async hasReplayed(position: LogPosition): Promise<boolean> {
    if (this.replayed >= position) return true;
    if (this.asking === null && Date.now() - this.askedAt < ASK_EVERY_MS) return false;
    await (this.asking ??= this.ask());
    return this.replayed >= position;
  }

  private async ask(): Promise<void> {
    try {
      const [replayed] = await this.server.main.rows(REPLAYED);
      if (replayed === null || replayed === undefined) this.rest();
      else this.replayed = replayed;
    } catch {
      this.rest();
    } finally {
      this.askedAt = Date.now();
      this.asking = null;
    }
  }
}
