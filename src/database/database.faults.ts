/** Tells an outage, which passes, from a fault of ours, which does not. */
import { AppError } from "../errors.js";

/**
 * Connection lost (08…), too many connections, out of memory or disk (53…), statement timeout and shutdown (57…), input or output failing
 * (58…), locked up or in conflict with recovery (40…), not available yet (55…), a former primary that only reads (25006).
 */
const OUTAGE_SQLSTATES = /^(08...|53...|57...|58...|40...|55...|25006)$/;

const OUTAGE_ERRNO: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/** What `pg` and its pool say without a code. */
const OUTAGE_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/;

const STATEMENT_TIMEOUT = "57014";

export function isOutage(error: unknown): boolean {
  const code = codeOf(error);
  return (
    (typeof code === "string" && (OUTAGE_SQLSTATES.test(code) || OUTAGE_ERRNO.has(code))) ||
    (error instanceof Error && OUTAGE_MESSAGES.test(error.message))
  );
}

/** An outage as an error that says so and that a caller may try again; anything else as it is. */
export function translated(error: unknown): unknown {
  if (!isOutage(error)) return error;
  const message =
    codeOf(error) === STATEMENT_TIMEOUT ? "a statement took longer than it may" : "the database can't be reached";
  return new AppError("INTERNAL_SERVER_ERROR", message, { cause: error, retryable: true });
}

/** SQLSTATE or errno; TypeORM wraps the driver's error. */
function codeOf(error: unknown): unknown {
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } };
  return code ?? driverError?.code;
}
