/** The HTTP side of failures: the status of each error code, in one table, and faults that name their own status and headers. */
import { AppError, type ErrorCode } from "../errors.js";

/** Codes that are not named here answer 400. */
const STATUS_OF: Readonly<Partial<Record<ErrorCode, number>>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  IMAGE_TOO_LARGE: 413,
  OPERATION_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  INTERNAL_SERVER_ERROR: 500,
  SERVER_BUSY: 503,
};

/** A request that is refused before GraphQL or the vendor's protocol sees it. */
export class HttpFault extends AppError {
  constructor(
    code: ErrorCode,
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(code, message);
  }
}

/** The status of a request that failed before it ran. */
export function statusOf(error: unknown): number {
  if (error instanceof HttpFault) return error.status;
  return error instanceof AppError ? (STATUS_OF[error.code] ?? 400) : 500;
}

export function headersOf(error: unknown): Readonly<Record<string, string>> {
  if (error instanceof HttpFault) return error.headers;
  // RFC 9110, 15.5.2.
  if (error instanceof AppError && error.code === "UNAUTHENTICATED") return { "www-authenticate": "Bearer" };
  const seconds = error instanceof AppError ? error.retryAfterSeconds : undefined;
  return seconds === undefined ? {} : { "retry-after": String(seconds) };
}
