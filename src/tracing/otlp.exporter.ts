/** Sends spans to a collector by OTLP over HTTP, as JSON, in groups. Spans are lost rather than anybody made to wait for the collector. */
import { hostname } from "node:os";
import type { TracingConfig } from "../config/log.settings.js";
import type { Logger } from "../logger.js";
import { otlpAttributes, type RecordedSpan } from "./recorded.span.js";

const SCOPE = { name: "plategraph" };

/** A group is sent when it has so many spans, or after so many milliseconds. */
const GROUP_SPANS = 512;
const GROUP_MS = 1_000;
/** Spans that may wait while one group is being sent. */
const MAX_WAITING = 4_096;
/** Milliseconds for one group. */
const SEND_TIMEOUT_MS = 5_000;
/** The last group, when the server stops. */
const LAST_TIMEOUT_MS = 1_000;
/** A collector that fails is told of once in so many milliseconds. */
const WARN_EVERY_MS = 60_000;

export class OtlpExporter {
  private waiting: RecordedSpan[] = [];
  private sending: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly stopping = new AbortController();
  private readonly url: string;
  private readonly resource: object;
  private lost = 0;
  private warnedAt = -Infinity;

  constructor(
    private readonly config: Pick<TracingConfig, "endpoint" | "headers" | "serviceName">,
    private readonly logger: Pick<Logger, "warn">,
  ) {
    this.url = `${config.endpoint}/v1/traces`;
    const attributes = { "service.name": config.serviceName, "host.name": hostname(), "process.pid": process.pid };
    this.resource = { attributes: otlpAttributes(attributes) };
  }

  /** Never throws and never waits. */
  add(span: RecordedSpan): void {
    if (this.stopping.signal.aborted || this.waiting.length >= MAX_WAITING) {
      this.lost += 1;
      return;
    }
    this.waiting.push(span);
    if (this.waiting.length >= GROUP_SPANS) this.sendNext();
    else this.timer ??= setTimeout(() => this.sendNext(), GROUP_MS).unref();
  }

  /** Sends what waits; gives up after a second. */
  async stop(): Promise<void> {
    const deadline = setTimeout(() => this.stopping.abort(), LAST_TIMEOUT_MS);
    while (!this.stopping.signal.aborted && (this.sending !== null || this.waiting.length > 0)) {
      this.sendNext();
      await this.sending;
    }
    clearTimeout(deadline);
    this.stopping.abort();
  }

  /** One group at a time: a slow collector gets no more connections. */
  private sendNext(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.sending !== null || this.waiting.length === 0) return;
    const spans = this.waiting.splice(0, GROUP_SPANS);
    this.sending = this.send(spans).then(() => {
      this.sending = null;
      if (this.waiting.length > 0) this.timer ??= setTimeout(() => this.sendNext(), GROUP_MS).unref();
    });
  }

  /** Never rejects. A group that was not taken is lost. */
  private async send(spans: readonly RecordedSpan[]): Promise<void> {
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(SEND_TIMEOUT_MS)]);
    try {
      const response = await fetch(this.url, {
        method: "POST",
        headers: { ...this.config.headers, "content-type": "application/json" },
        body: JSON.stringify({
          resourceSpans: [{ resource: this.resource, scopeSpans: [{ scope: SCOPE, spans }] }],
        }),
        redirect: "error",
        signal,
      });
      await response.body?.cancel();
      if (!response.ok) this.onLost(spans.length, `status ${response.status}`);
    } catch (error) {
      const { cause, name } = error as { cause?: { code?: string }; name?: string };
      this.onLost(spans.length, cause?.code ?? name ?? "unknown");
    }
  }

  private onLost(spans: number, reason: string): void {
    this.lost += spans;
    if (this.stopping.signal.aborted || performance.now() - this.warnedAt < WARN_EVERY_MS) return;
    this.warnedAt = performance.now();
    this.logger.warn({ reason, spansLost: this.lost }, "the collector of OTEL_EXPORTER_OTLP_ENDPOINT takes no traces");
  }
}
