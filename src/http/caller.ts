/** Who sends a request: the key in its headers and its address, and the answer's headers about what the caller has left of its minute. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Admission } from "../accounts/admission.js";
import type { Principal } from "../accounts/principal.js";
import { RateLimitedError, type RateLimitState } from "../accounts/rate.limiter.js";
import { AppError } from "../errors.js";

/** As the IETF draft on RateLimit header fields names them, up to its version 6. */
export const RATE_LIMIT_HEADERS = ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"] as const;

/** RFC 6750; the scheme is compared without case. */
const BEARER = /^Bearer +([\x21-\x7e]{1,256}) *$/i;

/**
 * The principal of a request by its `Authorization` header.
 * @throws AppError UNAUTHENTICATED or RATE_LIMITED
 */
export async function admitRequest(
  admission: Admission,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Principal> {
  return admitKey(admission, bearerKey(request.headers.authorization), request, reply);
}

/** The same by a key that came another way; null for none. */
export async function admitKey(
  admission: Admission,
  key: string | null,
  { ip }: FastifyRequest,
  reply: FastifyReply,
): Promise<Principal> {
  try {
    const { principal, rate } = await admission.admit({ key, address: ip });
    if (rate !== null) reply.headers(headersOf(rate));
    return principal;
  } catch (error) {
    if (error instanceof RateLimitedError) reply.headers(headersOf(error.rate));
    throw error;
  }
}

function headersOf({ limit, remaining, resetSeconds }: RateLimitState): Record<string, number> {
  const [limitName, remainingName, resetName] = RATE_LIMIT_HEADERS;
  return { [limitName]: limit, [remainingName]: remaining, [resetName]: resetSeconds };
}

function bearerKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const key = BEARER.exec(header)?.[1];
  if (key === undefined) throw new AppError("UNAUTHENTICATED", "`Authorization` must be `Bearer` and an API key.");
  return key;
}
