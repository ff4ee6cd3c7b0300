/** Spans of traces, as the rest of the program sees them. Without a collector there are none, and nothing of their making is loaded. */

/** Never plate numbers, variables, keys or whole addresses. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export type SpanKind = "internal" | "server" | "client";

export interface Span {
  /** Null for a span that is not recorded. */
  readonly traceId: string | null;
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** Keeps the error's code or type, not its message. */
  fail(error: unknown): void;
  end(): void;
}

/** The trace that a caller goes on with us. */
export interface TraceParent {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

export interface Tracer {
  /** Whether any span may be recorded. */
  readonly records: boolean;
  /** The first span of a trace in this program; `next` and everything that it starts belongs to it. */
  serve(parent: TraceParent | null, name: string, next: (span: Span) => void): void;
  /** A span around `work`, as a part of the span that the caller's work belongs to. */
  span<Result>(
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    work: (span: Span) => Promise<Result>,
  ): Promise<Result>;
  /** The same for work that tells its end itself; no other span becomes a part of it. */
  start(name: string, kind: SpanKind, attributes: Attributes): Span;
  /** Sends what has ended, within a second. */
  stop(): Promise<void>;
}

export const NO_SPAN: Span = {
  traceId: null,
  rename: () => undefined,
  set: () => undefined,
  fail: () => undefined,
  end: () => undefined,
};

export const NO_TRACER: Tracer = {
  records: false,
  serve: (_parent, _name, next) => next(NO_SPAN),
  span: (_name, _kind, _attributes, work) => work(NO_SPAN),
  start: () => NO_SPAN,
  stop: async () => undefined,
};
