/** Tells an outage, which passes, from a fault of ours, which does not. */
import { AppError } from "../errors.js";

/**
 * Connection lost (08…), too many connections, out of memory or disk (53…), statement timeout and shutdown (57…), input or output failing
 * (58…), deadlock or conflict with recovery (40…), lock or object not available (55…), a server that only reads (25006).
 */
const OUTAGE_SQLSTATES = /^(08...|53...|57...|58...|40...|55...|25006)$/;
const STATEMENT_TIMEOUT = "57014";
const LOCK_NOT_AVAILABLE = "55P03";
/** Lost connections and servers that start or stop (08…, 57P0…), too many connections (53300), deadlocks and locks (40…, 55…). */
const SHORT_OUTAGE_SQLSTATES = /^(08...|57P..|53300|40...|55...)$/;

const OUTAGE_ERRNO: ReadonlySet<string> = new Set([
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
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed/;

/** The database could not be asked, or did not answer. */
export class DatabaseUnavailableError extends AppError {
  /** Whether it may be over within seconds. */
  readonly short: boolean;

  /** @param mayBeStored true when a transaction was sent and its answer never came: it may have been committed */
  constructor(
    cause: unknown,
    readonly mayBeStored: boolean,
  ) {
    const reason =
      codeOf(cause) === STATEMENT_TIMEOUT
        ? "A statement took longer than DATABASE_STATEMENT_TIMEOUT_MS."
        : "The database can't be reached.";
    super("INTERNAL_SERVER_ERROR", mayBeStored ? `${reason} A transaction was sent and not answered.` : reason, {
      cause,
      retryable: !mayBeStored,
    });
    this.short = isShort(cause);
  }
}

/** An outage that may be over within seconds. A full disk, a server that only reads and a statement that takes too long are not. */
function isShort(cause: unknown): boolean {
  const code = codeOf(cause);
  return code === null || !SQLSTATE.test(code) || OUTAGE_ERRNO.has(code) || SHORT_OUTAGE_SQLSTATES.test(code);
}

export function isOutage(error: unknown): boolean {
  const code = codeOf(error);
  return (
    (code !== null && (OUTAGE_SQLSTATES.test(code) || OUTAGE_ERRNO.has(code))) ||
    (error instanceof Error && OUTAGE_MESSAGES.test(error.message))
  );
}

/** The server answered, but not in time: another server would take as long. */
export function isStatementTimeout(error: unknown): boolean {
  return codeOf(error) === STATEMENT_TIMEOUT;
}

/** Another transaction held what was wanted for longer than the transaction waits. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof DatabaseUnavailableError && codeOf(error.cause) === LOCK_NOT_AVAILABLE;
}

/**
 * Whether PostgreSQL refused the statement, which then did nothing. A connection that was lost (no SQLSTATE, 08…) or closed by the server (57P0…) may
 * have been lost after the commit.
 */
export function isRefusedByServer(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && SQLSTATE.test(code) && !OUTAGE_ERRNO.has(code) && !/^(08|57P)/.test(code);
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** An outage as a `DatabaseUnavailableError`; anything else as it is. */
export function translated(error: unknown, mayBeStored = false): unknown {
  return isOutage(error) ? new DatabaseUnavailableError(error, mayBeStored) : error;
}

/** SQLSTATE or errno; TypeORM wraps the driver's error. */
function codeOf(error: unknown): string | null {
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } };
  const found = code ?? driverError?.code;
  return typeof found === "string" ? found : null;
}
