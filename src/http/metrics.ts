/** What the server counts, in Prometheus's words. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

export class Metrics {
  readonly registry = new Registry();

  readonly databaseStatements = new Counter({
    name: "plategraph_database_statements_total",
    help: "Statements and transactions sent to the database.",
    registers: [this.registry],
  });

  readonly recognitions = new Counter({
    name: "plategraph_recognitions_total",
    help: "Attempts at reading a photo, by engine and outcome.",
    labelNames: ["engine", "status"],
    registers: [this.registry],
  });

  readonly recognitionSeconds = new Histogram({
    name: "plategraph_recognition_duration_seconds",
    help: "How long a recognition took, by engine.",
    labelNames: ["engine"],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    registers: [this.registry],
  });

  /** The vendor's state is read whenever the metrics are. */
  observeVendor(vendor: { readonly isAsked: boolean }): void {
    const gauge: Gauge = new Gauge({
      name: "plategraph_vendor_up",
      help: "Whether the vendor is asked: 0 while calls to it are stopped because it does not answer.",
      registers: [this.registry],
      collect: () => gauge.set(vendor.isAsked ? 1 : 0),
    });
  }

  readonly erasedByRetention = new Counter({
    name: "plategraph_retention_erased_requests_total",
    help: "Requests that were erased because they were older than RETENTION_DAYS.",
    registers: [this.registry],
  });

  private readonly httpSeconds = new Histogram({
    name: "plategraph_http_request_duration_seconds",
    help: "How long a request took, by route, method and status.",
    labelNames: ["route", "method", "status"],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15],
    registers: [this.registry],
  });

  /** Looking a series up by its labels costs more than counting in it. */
  private readonly httpSeries = new Map<string, { observe(seconds: number): void }>();

  httpRequest(route: string, method: string, status: number, milliseconds: number): void {
    const key = `${method} ${status} ${route}`;
    let series = this.httpSeries.get(key);
    if (series === undefined) {
      series = this.httpSeconds.labels({ route, method, status: String(status) });
      this.httpSeries.set(key, series);
    }
    series.observe(milliseconds / 1000);
  }

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }
}
