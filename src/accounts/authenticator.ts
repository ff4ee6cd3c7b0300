/** Turns the API key of a request into a principal. */
import { timingSafeEqual } from "node:crypto";
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

interface CachedKey {
  /** Null where there is no such key. */
  key: ApiKeyRow | null;
  /** What the key opens, and its text once that was compared with the hash: comparing it with the text takes a tenth of the time. Gone with the entry. */
  verified: { text: Buffer; principal: Principal } | null;
}

export class Authenticator {
  private readonly keys = new LRUCache<string, CachedKey>({ max: CACHED_KEYS, ttl: CACHE_MS, ttlAutopurge: true });
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
    const found = await this.find(key);
    if (found === null) {
      this.suspects.set(address, true);
      await this.failures.consume(address).catch(() => undefined);
      throw new AppError("UNAUTHENTICATED", "The API key is unknown, revoked or expired.");
    }
    this.markUsed(found.clientId);
    return found;
  }

  private async refuseGuessing(address: string): Promise<void> {
    const state = await this.failures.get(address);
    if (state === null || state.consumedPoints <= FAILURES_PER_MINUTE) return;
    throw new AppError("RATE_LIMITED", "Too many wrong API keys from this address.", {
      retryAfterSeconds: Math.ceil(state.msBeforeNext / 1000),
    });
  }

  /** The key's principal if it may be used now. */
  private async find(text: string): Promise<Principal | null> {
    const lookup = lookupOf(text);
    if (lookup === null) return null;
    let entry = this.keys.get(lookup);
    if (entry === undefined) {
      entry = { key: await this.store.findKey(lookup), verified: null };
      this.keys.set(lookup, entry);
    }
    const { key } = entry;
    if (key?.revokedAt !== null) return null;
    if (key.expiresAt !== null && key.expiresAt.getTime() <= Date.now()) return null;
    // A text of this form is as long as any other.
    const given = Buffer.from(text, "latin1");
    if (entry.verified !== null) return timingSafeEqual(given, entry.verified.text) ? entry.verified.principal : null;
    if (!matchesHash(text, key.hash)) return null;
    entry.verified = { text: given, principal: principalOf(key) };
    return entry.verified.principal;
  }

  /** Not awaited: the answer does not depend on it, and a time that could not be stored is stored a minute later. */
  private markUsed(id: string): void {
    if (this.used.has(id)) return;
    this.used.set(id, true);
    this.store.markUsed(id, new Date()).catch((error: unknown) => {
      this.logger.warn({ reason: String(error), keyId: id }, "the time of a key's last use was not stored");
    });
  }
}

function principalOf({ id, partnerId, lookup, scopes, rateLimitPerMinute }: ApiKeyRow): Principal {
  return { partnerId, keyId: id, keyLookup: lookup, scopes: new Set(scopes), rateLimitPerMinute, clientId: id };
}
