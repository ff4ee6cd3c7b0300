/** A span that is recorded, and its form in OTLP's JSON. */
import { randomBytes } from "node:crypto";
import type { Attributes, Span, SpanKind } from "./tracer.js";

/** As in opentelemetry/proto/trace/v1/trace.proto. */
const KIND: Record<SpanKind, number> = { internal: 1, server: 2, client: 3 };
const STATUS_ERROR = 2;

/** Of a name or an attribute, in UTF-16 units. */
const MAX_TEXT = 1_000;

export interface OtlpAttribute {
  key: string;
  value: { stringValue: string } | { intValue: string } | { doubleValue: number } | { boolValue: boolean };
}

export class RecordedSpan implements Span {
  readonly spanId = randomBytes(8).toString("hex");
  private readonly startedAt = now();
  private readonly attributes: Record<string, string | number | boolean>;
  private endedAt = 0n;
  private failed = false;

  constructor(
    readonly traceId: string,
    private readonly parentSpanId: string | null,
    private name: string,
    private readonly kind: SpanKind,
    attributes: Attributes,
    private readonly onEnd: (span: RecordedSpan) => void,
  ) {
    this.attributes = { ...attributes };
  }

  rename(name: string): void {
    this.name = name;
  }

  set(attributes: Attributes): void {
    Object.assign(this.attributes, attributes);
  }

  fail(error: unknown): void {
    this.failed = true;
    const { code, name } = error as { code?: unknown; name?: unknown };
    const type = [code, name].find((each) => typeof each === "string");
    this.set({ "error.type": type ?? typeof error });
  }

  /** Calling it again does nothing. */
  end(): void {
    if (this.endedAt > 0n) return;
    this.endedAt = now();
    this.onEnd(this);
  }

  toJSON(): object {
    return {
      traceId: this.traceId,
      spanId: this.spanId,
      ...(this.parentSpanId !== null && { parentSpanId: this.parentSpanId }),
      name: this.name.slice(0, MAX_TEXT),
      kind: KIND[this.kind],
      startTimeUnixNano: String(this.startedAt),
      endTimeUnixNano: String(this.endedAt),
      attributes: otlpAttributes(this.attributes),
      status: this.failed ? { code: STATUS_ERROR } : {},
    };
  }
}

export function otlpAttributes(attributes: Attributes): OtlpAttribute[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: otlpValue(value) }));
}

function otlpValue(value: string | number | boolean): OtlpAttribute["value"] {
  if (typeof value === "string") return { stringValue: value.slice(0, MAX_TEXT) };
  if (typeof value === "boolean") return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** Nanoseconds since 1970, exact to a microsecond. */
function now(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1_000)) * 1_000n;
}
