/** A collector on loopback that takes OTLP over HTTP as JSON, and keeps what it was sent. */
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";

export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code?: number };
}

interface Export {
  resourceSpans: {
    resource: { attributes: CollectedSpan["attributes"] };
    scopeSpans: { scope: { name: string }; spans: CollectedSpan[] }[];
  }[];
}

export class TraceCollector {
  /** Every request so far, as it came. */
  readonly requests: { url: string; headers: IncomingHttpHeaders; body: string }[] = [];
  readonly #server: Server;

  /** @param answers without them it takes everything and says nothing */
  private constructor(answers: boolean) {
    this.#server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8");
      request.on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        this.requests.push({ url: request.url ?? "", headers: request.headers, body });
        if (answers) response.setHeader("content-type", "application/json").end("{}");
      });
    });
  }

  static async start({ answers = true } = {}): Promise<TraceCollector> {
    const collector = new TraceCollector(answers);
    await new Promise<void>((resolve) => collector.#server.listen(0, "127.0.0.1", resolve));
    return collector;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get spans(): CollectedSpan[] {
    return this.requests
      .flatMap(({ body }) => (JSON.parse(body) as Export).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  }

  /** The spans of a trace, once its first one has ended and come; waits up to 30 s. */
  async trace(traceId: string): Promise<CollectedSpan[]> {
    for (let tries = 0; tries < 300; tries += 1) {
      const spans = this.spans.filter((span) => span.traceId === traceId);
      if (spans.some(({ kind }) => kind === 2)) return spans;
      await setTimeout(100);
    }
    throw new Error(`no trace ${traceId} came: ${JSON.stringify(this.spans)}`);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A span's attributes by name. */
export function attributesOf({ attributes }: Pick<CollectedSpan, "attributes">): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
