/** What PlateGraph answers when it refuses or fails, and when to ask again. Used by the clients beside this file. */

/** One entry of `errors` in an answer. */
export interface GraphQLFault {
  message: string;
  extensions?: Record<string, unknown>;
}

export class PlateGraphError extends Error {
  /** Such as INVALID_IMAGE; the README lists them. NETWORK_ERROR is given here, where no answer came. */
  readonly code: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** With RATE_LIMITED. */
  readonly retryAfterSeconds: number | null;
  /** Finds the request in the server's log. */
  readonly requestId: string | null;

  constructor({ message, extensions = {} }: GraphQLFault, options?: ErrorOptions) {
    super(message, options);
    this.name = "PlateGraphError";
    this.code = String(extensions.code);
    this.retryable = extensions.retryable === true;
    this.retryAfterSeconds = typeof extensions.retryAfterSeconds === "number" ? extensions.retryAfterSeconds : null;
    this.requestId = typeof extensions.requestId === "string" ? extensions.requestId : null;
  }

  /** No answer, or one that is not the server's, such as a proxy's page. */
  static network(cause: unknown): PlateGraphError {
    const extensions = { code: "NETWORK_ERROR", retryable: true };
    return new PlateGraphError({ message: `No answer: ${String(cause)}`, extensions }, { cause });
  }
}

/** Calls again, up to `attempts` times in all, what may succeed later. */
export async function retrying<Result>(call: () => Promise<Result>, attempts = 4): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof PlateGraphError) || !error.retryable || attempt >= attempts) throw error;
      const seconds = error.retryAfterSeconds ?? 2 ** (attempt - 1);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
}
