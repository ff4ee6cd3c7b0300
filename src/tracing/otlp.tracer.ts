/** A tracer whose spans go to a collector by OTLP. Loaded only where OTEL_EXPORTER_OTLP_ENDPOINT is set. */
import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";
import type { TracingConfig } from "../config/log.settings.js";
import type { Logger } from "../logger.js";
import { OtlpExporter } from "./otlp.exporter.js";
import { RecordedSpan } from "./recorded.span.js";
import { NO_SPAN, type Attributes, type Span, type SpanKind, type TraceParent, type Tracer } from "./tracer.js";

export function otlpTracer(config: TracingConfig, logger: Pick<Logger, "warn">): Tracer {
  return new OtlpTracer(config, new OtlpExporter(config, logger));
}

class OtlpTracer implements Tracer {
  readonly records = true;
  private readonly active = new AsyncLocalStorage<RecordedSpan>();

  constructor(
    private readonly config: Pick<TracingConfig, "sampled" | "followsCaller">,
    private readonly exporter: OtlpExporter,
  ) {}

  serve(parent: TraceParent | null, name: string, next: (span: Span) => void): void {
    const traceId = parent?.traceId ?? randomBytes(16).toString("hex");
    if (!this.isSampled(traceId, parent)) {
      next(NO_SPAN);
      return;
    }
    const span = this.make({ traceId, spanId: parent?.spanId ?? null }, name, "server", {});
    this.active.run(span, () => next(span));
  }

  async span<Result>(
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    work: (span: Span) => Promise<Result>,
  ): Promise<Result> {
    const parent = this.active.getStore();
    if (parent === undefined) return work(NO_SPAN);
    const span = this.make(parent, name, kind, attributes);
    try {
      return await this.active.run(span, () => work(span));
    } catch (error) {
      span.fail(error);
      throw error;
    } finally {
      span.end();
    }
  }

  start(name: string, kind: SpanKind, attributes: Attributes): Span {
    const parent = this.active.getStore();
    return parent === undefined ? NO_SPAN : this.make(parent, name, kind, attributes);
  }

  stop(): Promise<void> {
    return this.exporter.stop();
  }

  private make(
    { traceId, spanId }: { traceId: string; spanId: string | null },
    name: string,
    kind: SpanKind,
    attributes: Attributes,
  ): RecordedSpan {
    return new RecordedSpan(traceId, spanId, name, kind, attributes, (span) => this.exporter.add(span));
  }

  /** By the trace's id: all servers that a trace passes decide alike. */
  private isSampled(traceId: string, parent: TraceParent | null): boolean {
    const { sampled, followsCaller } = this.config;
    if (parent !== null && followsCaller) return parent.sampled;
    return Number.parseInt(traceId.slice(-12), 16) / 2 ** 48 < sampled;
  }
}
