/** The server's metrics, for Prometheus. */
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
    help: "Recognition requests, by engine and status.",
    labelNames: ["engine", "status"],
    registers: [this.registry],
  });

  readonly recognitionSeconds = new Histogram({
    name: "plategraph_recognition_duration_seconds",
    help: "Duration of recognitions, by engine.",
    labelNames: ["engine"],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    registers: [this.registry],
  });

  /** The vendor's state is read each time the metrics are. */
  observeVendor(vendor: { readonly isAsked: boolean }): void {
    const gauge: Gauge = new Gauge({
      name: "plategraph_vendor_up",
      help: "Whether the vendor is called: 0 while calls are suspended because it does not answer.",
      registers: [this.registry],
      collect: () => gauge.set(vendor.isAsked ? 1 : 0),
    });
  }

  readonly erasedByRetention = new Counter({
    name: "plategraph_retention_erased_requests_total",
    help: "Recognition requests erased because they were older than RETENTION_DAYS.",
    registers: [this.registry],
  });

  readonly lostSearches = new Counter({
    name: "plategraph_audit_searches_lost_total",
    help: "Plate searches that are not in the audit log, because it could not be written and no more could wait.",
    registers: [this.registry],
  });

  /** How many wait is read each time the metrics are. */
  observeSearchLog(log: { readonly size: number }): void {
    const gauge: Gauge = new Gauge({
      name: "plategraph_audit_searches_waiting",
      help: "Plate searches that wait to be written to the audit log, at most 10,000.",
      registers: [this.registry],
      collect: () => gauge.set(log.size),
    });
  }

  private readonly httpSeconds = new Histogram({
    name: "plategraph_http_request_duration_seconds",
    help: "Duration of HTTP requests, by route, method and status.",
    labelNames: ["route", "method", "status"],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15],
    registers: [this.registry],
  });

  /** Series by their labels: prom-client's own look-up costs more than counting does. */
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
