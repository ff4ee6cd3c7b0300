/** The closed list of error codes that callers see, and the one error type that carries them. */

/** Whether the same call may succeed later, by code; a throw site may know better and say so. */
const RETRYABLE_BY_CODE = {
  BAD_REQUEST: false,
  BAD_USER_INPUT: false,
  INVALID_IMAGE: false,
  UNSUPPORTED_IMAGE_TYPE: false,
  IMAGE_TOO_LARGE: false,
  RECOGNIZER_UNAVAILABLE: true,
  RECOGNIZER_QUOTA_EXCEEDED: false,
  RECOGNIZER_MISCONFIGURED: false,
  UNAUTHENTICATED: false,
  FORBIDDEN: false,
  RATE_LIMITED: true,
  OPERATION_TOO_LARGE: false,
  OPERATION_TOO_DEEP: false,
  OPERATION_TOO_COSTLY: false,
  SERVER_BUSY: true,
  NOT_FOUND: false,
  INTERNAL_SERVER_ERROR: false,
} as const;

export type ErrorCode = keyof typeof RETRYABLE_BY_CODE;

export const ERROR_CODES = Object.keys(RETRYABLE_BY_CODE) as readonly ErrorCode[];

/** What the vendor said, passed on to the caller with upstream faults. */
export interface JuheFault {
  errorCode: number;
  reason: string;
}

export interface AppErrorOptions {
  cause?: unknown;
  retryable?: boolean;
  juhe?: JuheFault;
  /** Numbers that the caller gets beside the code, such as the limit that was exceeded. */
  details?: Readonly<Record<string, number>>;
  /** With RATE_LIMITED. */
  retryAfterSeconds?: number;
}

/** An expected failure with a code of the contract and a message for the caller. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly juhe: JuheFault | undefined;
  readonly details: Readonly<Record<string, number>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retryable = options.retryable ?? RETRYABLE_BY_CODE[code];
    this.juhe = options.juhe;
    this.details = options.details ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Longer texts of callers are cut before an error quotes them. In UTF-16 units. */
const MAX_QUOTED = 100;

/** A caller's text for an error message: in quotes, escaped as in JSON, at most 100 characters of it. */
export function quoted(text: string): string {
  return text.length <= MAX_QUOTED ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, MAX_QUOTED))}…`;
}
