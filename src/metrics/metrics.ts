/** The server's metrics, for Prometheus. `docs/operations/monitoring.md` says what each means; the number of series is bounded. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { OperationMetrics } from "./operation.metrics.js";

/** One series of a gauge: its labels and its value. */
export type Reading = readonly [labels: Readonly<Record<string, string>>, value: number];

export class Metrics {
  readonly registry = new Registry();
  readonly operations = new OperationMetrics(this.registry);

  readonly databaseStatements = new Counter({
    name: "plategraph_database_statements_total",
    help: "Statements and transactions sent to the database.",
    registers: [this.registry],
  });

  readonly slowStatements = new Counter({
    name: "plategraph_database_slow_statements_total",
    help: "Statements that took longer than SLOW_STATEMENT_MS, by server.",
    labelNames: ["server"],
    registers: [this.registry],
  });

  private readonly recognitions = new Counter({
    name: "plategraph_recognitions_total",
    help: "Recognition requests, by engine and status.",
    labelNames: ["engine", "status"],
    registers: [this.registry],
  });

  private readonly recognitionFailures = new Counter({
    name: "plategraph_recognition_failures_total",
    help: "Recognition requests that failed, by engine and error code.",
    labelNames: ["engine", "code"],
    registers: [this.registry],
  });

  private readonly recognitionSeconds = new Histogram({
    name: "plategraph_recognition_duration_seconds",
    help: "Duration of recognitions, by engine.",
    labelNames: ["engine"],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    registers: [this.registry],
  });

  private readonly vendorCallSeconds = new Histogram({
    name: "plategraph_vendor_call_duration_seconds",
    help: "Duration of calls to the vendor, by outcome: ANSWERED, REFUSED, BROKEN.",
    labelNames: ["outcome"],
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30],
    registers: [this.registry],
  });

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

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  recognition(outcome: { engine: string; status: string; code: string | null; seconds: number }): void {
    const { engine, status, code, seconds } = outcome;
    this.recognitions.inc({ engine, status });
    this.recognitionSeconds.observe({ engine }, seconds);
    if (code !== null) this.recognitionFailures.inc({ engine, code });
  }

  vendorCall(outcome: string, milliseconds: number): void {
    this.vendorCallSeconds.observe({ outcome }, milliseconds / 1000);
  }

  /** A gauge that is read each time the metrics are. Where `read` rejects, it has no series. */
  gauge(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => readonly Reading[] | Promise<readonly Reading[]>,
  ): void {
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      async collect() {
        this.reset();
        const readings = await Promise.resolve(read()).catch((): readonly Reading[] => []);
        // Without labels the reset leaves a series of value 0.
        if (readings.length === 0 && labelNames.length === 0) this.remove();
        for (const [labels, value] of readings) this.set(labels, value);
      },
    });
  }
}
