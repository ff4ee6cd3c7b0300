/**
 * Requests a minute, counted over all servers on one database. A server draws a share of the minute's allowance at a time and spends it in memory, so
 * that most requests cost no statement: at 600 a minute one statement for 30 requests.
 */
import { LRUCache } from "lru-cache";
import { RateLimiterMemory, RateLimiterPostgres } from "rate-limiter-flexible";
import { AppError } from "../errors.js";

const WINDOW_SECONDS = 60;
/** A server takes this part of a limit at a time. What it does not spend within the minute, no other server can. */
const SHARES = 20;
const TRACKED = 10_000;
/** The table of the migration; `tableCreated` keeps the library from creating it. */
const TABLE = "rate_limits";

/** The part of a PostgreSQL client that the library uses; `pg.Pool` has it. */
export interface RateLimitClient {
  query(query: { name: string; text: string; values: unknown[] }): Promise<unknown>;
}

/** For the `RateLimit-*` headers. */
export interface RateLimitState {
  limit: number;
  /** Requests left in this minute, as far as this server knows. */
  remaining: number;
  /** Seconds until the minute ends. */
  resetSeconds: number;
}

/** The minute's requests are used up. */
export class RateLimitedError extends AppError {
  constructor(readonly rate: RateLimitState) {
    super("RATE_LIMITED", `More than ${rate.limit} requests a minute.`, { retryAfterSeconds: rate.resetSeconds });
  }
}

interface Share {
  /** Requests that this server may still serve without a statement. */
  tokens: number;
  /** What the database had left after the last draw. */
  left: number;
  /** Milliseconds since the epoch; the share is void afterwards. */
  endsAt: number;
}

export class RateLimiter {
  private readonly counter: RateLimiterPostgres;
  private readonly shares = new LRUCache<string, Share>({ max: TRACKED });
  private readonly draws = new Map<string, Promise<Share>>();

  constructor(client: RateLimitClient) {
    // The counter only counts; the limit differs from partner to partner and is compared here.
    const unlimited = { points: Number.MAX_SAFE_INTEGER, duration: WINDOW_SECONDS };
    this.counter = new RateLimiterPostgres({
      ...unlimited,
      storeClient: client,
      storeType: "client",
      tableName: TABLE,
      tableCreated: true,
      keyPrefix: "",
      // While the database can't be reached each server counts for itself.
      insuranceLimiter: new RateLimiterMemory(unlimited),
    });
  }

  /**
   * Counts one request.
   * @param key whose allowance it is: a partner's, or a key's with a limit of its own
   * @param limit requests a minute, at least 1
   * @throws AppError RATE_LIMITED with `retryAfterSeconds`
   */
  async consume(key: string, limit: number): Promise<RateLimitState> {
    let share = this.current(key) ?? (await this.draw(key, limit));
    // Other requests that waited for the same draw may have spent it.
    while (share.tokens === 0 && share.left > 0 && share.endsAt > Date.now()) share = await this.draw(key, limit);
    const resetSeconds = Math.max(1, Math.ceil((share.endsAt - Date.now()) / 1000));
    if (share.tokens === 0) {
      throw new RateLimitedError({ limit, remaining: 0, resetSeconds });
    }
    share.tokens -= 1;
    return { limit, remaining: share.tokens + share.left, resetSeconds };
  }

  private current(key: string): Share | null {
    const share = this.shares.get(key);
    return share !== undefined && share.endsAt > Date.now() ? share : null;
  }

  /** At most one statement at a time for a key: requests that arrive meanwhile wait for it too. */
  private draw(key: string, limit: number): Promise<Share> {
    const running = this.draws.get(key);
    if (running !== undefined) return running;
    const draw = this.drawShare(key, limit).finally(() => this.draws.delete(key));
    this.draws.set(key, draw);
    return draw;
  }

  private async drawShare(key: string, limit: number): Promise<Share> {
    const asked = Math.max(1, Math.ceil(limit / SHARES));
    const { consumedPoints, msBeforeNext } = await this.counter.consume(key, asked);
    const left = limit - consumedPoints;
    const share = {
      tokens: Math.min(asked, Math.max(0, left + asked)),
      left: Math.max(0, left),
      endsAt: Date.now() + msBeforeNext,
    };
    this.shares.set(key, share);
    return share;
  }
}
