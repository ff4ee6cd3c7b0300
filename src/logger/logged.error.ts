/** What the log keeps of an error. PostgreSQL's errors hold values of rows (`detail`, `where`), TypeORM's hold parameters: plate numbers are among them. */

export interface LoggedError {
  type: string;
  message: string;
  stack: string | undefined;
  /** SQLSTATE, errno, or a code of the contract. */
  code?: unknown;
  constraint?: unknown;
  cause?: LoggedError;
}

/** Of a message, in UTF-16 units. */
const MAX_MESSAGE = 2_000;
/** Errors of errors that are logged. */
const MAX_CAUSES = 5;

export function loggedError(error: unknown): unknown {
  return error instanceof Error ? partsOf(error, MAX_CAUSES) : error;
}

function partsOf(error: Error, causes: number): LoggedError {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return {
    type: error.name,
    message: error.message.slice(0, MAX_MESSAGE),
    stack: error.stack?.slice(0, 2 * MAX_MESSAGE),
    ...(code !== undefined && { code }),
    ...(constraint !== undefined && { constraint }),
    ...(error.cause instanceof Error && causes > 0 && { cause: partsOf(error.cause, causes - 1) }),
  };
}
