/** Admits a caller: authenticates it and counts the request against its limit. */
import type { Authenticator, Caller } from "./authenticator.js";
import type { Principal } from "./principal.js";
import type { RateLimiter, RateLimitState } from "./rate.limiter.js";

export interface Admitted {
  principal: Principal;
  /** Null where there is no limit. */
  rate: RateLimitState | null;
}

export interface RateLimits {
  /** Requests a minute of a partner; 0 is no limit. */
  partnerPerMinute: number;
  /** Of callers without a key, who share the built-in partner; 0 is no limit. */
  anonymousPerMinute: number;
}

export class Admission {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly limiter: RateLimiter,
    private readonly limits: RateLimits,
  ) {}

  /** @throws AppError UNAUTHENTICATED, or RATE_LIMITED with `retryAfterSeconds` */
  async admit(caller: Caller): Promise<Admitted> {
    const principal = await this.authenticator.authenticate(caller);
    return { principal, rate: await this.count(principal) };
  }

  private async count({ partnerId, keyId, rateLimitPerMinute }: Principal): Promise<RateLimitState | null> {
    if (keyId !== null && rateLimitPerMinute !== null) return this.limiter.consume(keyId, rateLimitPerMinute);
    const limit = keyId === null ? this.limits.anonymousPerMinute : this.limits.partnerPerMinute;
    return limit === 0 ? null : this.limiter.consume(partnerId, limit);
  }
}
