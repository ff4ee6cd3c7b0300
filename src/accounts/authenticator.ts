/** Turns the API key of a request into a principal. */
import { LRUCache } from "lru-cache";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { AppError } from "../errors.js";
import type { Logger } from "../logger.js";
import { lookupOf, matchesHash } from "./api-key.secret.js";
import { anonymousPrincipal, type Principal } from "./principal.js";
import type { AccountStore, ApiKeyRow } from "./store/account.store.js";

/** Keys are cached for this time, so that most requests cost no statement for their key; a revoked key is refused within it. */
const CACHE_MS = 5_000;
const CACHED_KEYS = 10_000;
/** `last_used_at` is written at most this often for a key. */
const USED_EVERY_MS = 60_000;
/** Wrong keys of one address in a minute; further ones are refused without a look-up. */
const FAILURES_PER_MINUTE = 20;
const FAILURES_SECONDS = 60;
const SUSPECTS = 100_000;

export interface Caller {
  /** Null where the request has no key. */
  key: string | null;
  address: string;
}

export class Authenticator {
  private readonly keys = new LRUCache<string, { key: ApiKeyRow | null }>({ max: CACHED_KEYS, ttl: CACHE_MS });
  private readonly used = new LRUCache<string, true>({ max: CACHED_KEYS, ttl: USED_EVERY_MS });
  private readonly failures = new RateLimiterMemory({ points: FAILURES_PER_MINUTE, duration: FAILURES_SECONDS });
  /** Addresses that sent wrong keys; only these are looked up in the limiter. */
  private readonly suspects = new LRUCache<string, true>({ max: SUSPECTS, ttl: FAILURES_SECONDS * 1000 });

  constructor(
    private readonly store: Pick<AccountStore, "findKey" | "markUsed">,
    private readonly allowAnonymous: boolean,
    private readonly logger: Pick<Logger, "warn">,
  ) {}

  /** @throws AppError UNAUTHENTICATED; RATE_LIMITED for an address that sent too many wrong keys */
  async authenticate({ key, address }: Caller): Promise<Principal> {
    if (key === null) {
      if (this.allowAnonymous) return anonymousPrincipal(address);
      throw new AppError("UNAUTHENTICATED", "Send an API key: `Authorization: Bearer plg_…`.");
    }
    if (this.suspects.has(address)) await this.refuseGuessing(address);
    const stored = await this.find(key);
    if (stored === null) {
      this.suspects.set(address, true);
      await this.failures.consume(address).catch(() => undefined);
      throw new AppError("UNAUTHENTICATED", "The API key is unknown, revoked or expired.");
    }
    this.markUsed(stored);
    return {
      partnerId: stored.partnerId,
      keyId: stored.id,
      keyLookup: stored.lookup,
      scopes: new Set(stored.scopes),
      rateLimitPerMinute: stored.rateLimitPerMinute,
      clientId: stored.id,
    };
  }

  private async refuseGuessing(address: string): Promise<void> {
    const state = await this.failures.get(address);
    if (state === null || state.consumedPoints <= FAILURES_PER_MINUTE) return;
    throw new AppError("RATE_LIMITED", "Too many wrong API keys from this address.", {
      retryAfterSeconds: Math.ceil(state.msBeforeNext / 1000),
    });
  }

  /** The key if it may be used now. */
  private async find(text: string): Promise<ApiKeyRow | null> {
    const lookup = lookupOf(text);
    if (lookup === null) return null;
    let entry = this.keys.get(lookup);
    if (entry === undefined) {
      entry = { key: await this.store.findKey(lookup) };
      this.keys.set(lookup, entry);
    }
    const { key } = entry;
    if (key === null || !matchesHash(text, key.hash) || key.revokedAt !== null) return null;
    return key.expiresAt !== null && key.expiresAt.getTime() <= Date.now() ? null : key;
  }

  /** Not awaited: the answer does not depend on it, and a time that could not be stored is stored a minute later. */
  private markUsed({ id }: ApiKeyRow): void {
    if (this.used.has(id)) return;
    this.used.set(id, true);
    this.store.markUsed(id, new Date()).catch((error: unknown) => {
      this.logger.warn({ reason: String(error), keyId: id }, "the time of a key's last use was not stored");
    });
  }
}
