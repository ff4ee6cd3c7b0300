/** Metrics of requests: by route, and by GraphQL operation and error code. */
import { Counter, Histogram, type Registry } from "prom-client";

/** What a request to /graphql came to. */
export interface ServedOperation {
  /** Null where the request was refused before there was an operation. */
  operation: { name: string | null; type: string } | null;
  errorCodes: readonly string[];
  milliseconds: number;
}

/** Callers choose the names. The first so many different ones have series of their own, all further ones share `other`. */
const MAX_NAMES = 50;
/** Characters; longer names are `other`. */
const MAX_NAME = 64;

const ANONYMOUS = "anonymous";
const OTHER = "other";
const NONE = { name: "none", type: "none" };

interface Series {
  observe(seconds: number): void;
}

export class OperationMetrics {
  private readonly httpSeconds: Histogram;
  private readonly seconds: Histogram;
  private readonly count: Counter;
  /** Series by their labels: prom-client's own look-up costs more than counting does. */
  private readonly httpSeries = new Map<string, Series>();
  private readonly secondsSeries = new Map<string, Series>();
  private readonly countSeries = new Map<string, { inc(): void }>();
  private readonly names = new Set<string>();

  constructor(registry: Registry) {
    const registers = [registry];
    this.httpSeconds = new Histogram({
      name: "plategraph_http_request_duration_seconds",
      help: "Duration of HTTP requests, by route, method and status; 499 where the caller went before the answer.",
      labelNames: ["route", "method", "status"],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15],
      registers,
    });
    this.seconds = new Histogram({
      name: "plategraph_operation_duration_seconds",
      help: `Duration of GraphQL operations from the request's arrival to the answer's end, by name (${MAX_NAMES} at most) and type.`,
      labelNames: ["operation", "type"],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 15],
      registers,
    });
    this.count = new Counter({
      name: "plategraph_operations_total",
      help: "GraphQL operations, by name, type and the code of the first error; OK without errors.",
      labelNames: ["operation", "type", "code"],
      registers,
    });
  }

  httpRequest(route: string, method: string, status: number, milliseconds: number): void {
    const key = `${method} ${status} ${route}`;
    let series = this.httpSeries.get(key);
    if (series === undefined) {
      series = this.httpSeconds.labels({ route, method, status: String(status) });
      this.httpSeries.set(key, series);
    }
    series.observe(milliseconds / 1000);
  }

  operation({ operation, errorCodes, milliseconds }: ServedOperation): void {
    const name = operation === null ? NONE.name : this.boundedName(operation.name);
    const type = operation?.type ?? NONE.type;
    const code = errorCodes[0] ?? "OK";
    const key = `${type} ${name}`;
    let seconds = this.secondsSeries.get(key);
    if (seconds === undefined) {
      seconds = this.seconds.labels({ operation: name, type });
      this.secondsSeries.set(key, seconds);
    }
    seconds.observe(milliseconds / 1000);
    const countKey = `${key} ${code}`;
    let count = this.countSeries.get(countKey);
    if (count === undefined) {
      count = this.count.labels({ operation: name, type, code });
      this.countSeries.set(countKey, count);
    }
    count.inc();
  }

  private boundedName(name: string | null): string {
    if (name === null) return ANONYMOUS;
    if (this.names.has(name)) return name;
    if (name.length > MAX_NAME || this.names.size === MAX_NAMES) return OTHER;
    this.names.add(name);
    return name;
  }
}
