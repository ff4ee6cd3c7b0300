/** Settings of what partners may do and of what is kept of it: keys, requests a minute, reuse, audit, retention. */
import { z } from "zod";
import { isLoopback, wholeNumber, type ValuesOf } from "./setting.values.js";

export interface PartnerConfig {
  readonly allowAnonymous: boolean;
  /** Requests a minute; 0 is no limit. */
  readonly rateLimits: { partnerPerMinute: number; anonymousPerMinute: number };
  /** For how long the same photo from the same partner is answered from the store; 0 is not at all. */
  readonly reuseSeconds: number;
  /** Whether plate searches are written to the audit log. */
  readonly auditSearches: boolean;
  /** Older requests are erased; null keeps them. */
  readonly retentionDays: number | null;
}

export const PARTNER_SETTINGS = {
  ALLOW_ANONYMOUS: z.enum(["true", "false", "everyone"], "must be true, false or everyone").optional(),
  RATE_LIMIT_PER_MINUTE: wholeNumber(0, 1_000_000_000).optional(),
  REUSE_SECONDS: wholeNumber(0, 31_536_000).default(0),
  AUDIT_SEARCHES: z.enum(["true", "false"], "must be true or false").default("false"),
  RETENTION_DAYS: wholeNumber(1, 36_500).optional(),
};

export function partnerConfig(env: ValuesOf<typeof PARTNER_SETTINGS> & { HOST: string }): PartnerConfig {
  return {
    allowAnonymous: env.ALLOW_ANONYMOUS === undefined ? isLoopback(env.HOST) : env.ALLOW_ANONYMOUS !== "false",
    rateLimits: {
      partnerPerMinute: env.RATE_LIMIT_PER_MINUTE ?? 600,
      // Callers without a key, on a loopback address by default, are limited only when the setting is given.
      anonymousPerMinute: env.RATE_LIMIT_PER_MINUTE ?? 0,
    },
    reuseSeconds: env.REUSE_SECONDS,
    auditSearches: env.AUDIT_SEARCHES === "true",
    retentionDays: env.RETENTION_DAYS ?? null,
  };
}
