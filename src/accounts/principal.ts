/** The caller of a request. `http/` creates one principal per request; every read and write of the stores takes it. */
import { AppError } from "../errors.js";
import { BUILT_IN_PARTNER_ID } from "./store/partner.entity.js";
import { API_SCOPES, type ApiScope } from "./scopes.js";

export interface Principal {
  /** UUID of the partner whose records the caller reads and writes. */
  readonly partnerId: string;
  /** UUID of the key that the caller sent; null for anonymous callers. */
  readonly keyId: string | null;
  /** The 12 characters by which that key is listed, for the audit log. */
  readonly keyLookup: string | null;
  readonly scopes: ReadonlySet<ApiScope>;
  /** Requests a minute of this key alone; null where the server's own limit holds for the partner. */
  readonly rateLimitPerMinute: number | null;
  /** Distinguishes the callers of one partner: a caller reads from a replica only once its own writes are there. */
  readonly clientId: string;
}

const EVERY_SCOPE: ReadonlySet<ApiScope> = new Set(API_SCOPES);

/** The principal of callers without a key: the built-in partner, with every scope. */
export function anonymousPrincipal(clientId: string): Principal {
  return {
    partnerId: BUILT_IN_PARTNER_ID,
    keyId: null,
    keyLookup: null,
    scopes: EVERY_SCOPE,
    rateLimitPerMinute: null,
    clientId,
  };
}

/** The principal of the server's own jobs: the partner whose records are processed, without scopes. */
export function jobPrincipal(partnerId: string): Principal {
  return { partnerId, keyId: null, keyLookup: null, scopes: new Set(), rateLimitPerMinute: null, clientId: "job" };
}

/** @throws AppError FORBIDDEN, naming the scope that is missing */
export function requireScope({ scopes }: Principal, scope: ApiScope): void {
  if (!scopes.has(scope)) throw missingScope(scope);
}

export function missingScope(scope: ApiScope): AppError {
  return new AppError("FORBIDDEN", `This needs a key with the scope ${scope.toLowerCase()}.`);
}
