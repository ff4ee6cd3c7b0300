/** Gauges: what each part of the program says of itself when the metrics are read. */
import { statfs } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import type { JuheEngine } from "./engines/juhe.engine.js";
import type { LocalEngine } from "./engines/local/local.engine.js";
import type { QueueLoad } from "./engines/task.queue.js";
import type { ByteBudget } from "./http/byte.budget.js";
import type { Metrics, Reading } from "./metrics/metrics.js";
import type { Stores } from "./stores.js";

/** A part that does not answer by then has no series in that answer. */
const TIMEOUT_MS = 2_000;

export function gaugeDatabase(metrics: Metrics, { loads, health }: Pick<Stores, "loads" | "health">): void {
  const connections = "plategraph_database_pool_connections";
  metrics.gauge(connections, "Connections, by server, pool and state.", ["server", "pool", "state"], () =>
    loads().flatMap(({ server, pool, busy, idle }): Reading[] => [
      [{ server, pool, state: "busy" }, busy],
      [{ server, pool, state: "idle" }, idle],
    ]),
  );
  const ofPool = ["server", "pool"];
  const limit = "Connections at most, by server and pool.";
  metrics.gauge("plategraph_database_pool_limit", limit, ofPool, () =>
    loads().map(({ server, pool, limit: most }): Reading => [{ server, pool }, most]),
  );
  const waiting = "Statements that wait for a connection, by server and pool.";
  metrics.gauge("plategraph_database_pool_waiting", waiting, ofPool, () =>
    loads().map(({ server, pool, waiting: count }): Reading => [{ server, pool }, count]),
  );
  metrics.gauge(
    "plategraph_database_up",
    "Whether each server of the database answers: 1 or 0.",
    ["server"],
    async () => (await bounded(health())).map(({ server, up }): Reading => [{ server }, up ? 1 : 0]),
  );
  const bytes = "Bytes of the primary's log that a replica has not replayed.";
  metrics.gauge("plategraph_database_replica_lag_bytes", bytes, ["server"], async () =>
    (await bounded(health())).flatMap(({ server, lag }): Reading[] => (lag === null ? [] : [[{ server }, lag.bytes]])),
  );
  const seconds = "Seconds since the last transaction that a replica has replayed; 0 where it has replayed everything.";
  metrics.gauge("plategraph_database_replica_lag_seconds", seconds, ["server"], async () =>
    (await bounded(health())).flatMap(({ server, lag }): Reading[] =>
      lag === null ? [] : [[{ server }, lag.seconds]],
    ),
  );
}

export function gaugeEngines(metrics: Metrics, local: LocalEngine, queueLimit: number, juhe: JuheEngine | null): void {
  const loads = (): [string, QueueLoad][] => [
    ["LOCAL", local.load],
    ...(juhe === null ? [] : [["JUHE", juhe.load] satisfies [string, QueueLoad]]),
  ];
  metrics.gauge("plategraph_engine_waiting", "Photos that wait for an engine.", ["engine"], () =>
    loads().map(([engine, { waiting }]): Reading => [{ engine }, waiting]),
  );
  metrics.gauge("plategraph_engine_running", "Photos that an engine reads now.", ["engine"], () =>
    loads().map(([engine, { running }]): Reading => [{ engine }, running]),
  );
  metrics.gauge("plategraph_engine_places", "Photos that an engine reads at a time.", ["engine"], () =>
    loads().map(([engine, { places }]): Reading => [{ engine }, places]),
  );
  metrics.gauge(
    "plategraph_engine_queue_limit",
    "Photos that may wait for an engine (LOCAL_QUEUE).",
    ["engine"],
    () => [[{ engine: "LOCAL" }, queueLimit]],
  );
  metrics.gauge("plategraph_engine_workers", "Worker threads of the local engine that live.", [], () => [
    [{}, local.load.threads],
  ]);
}

/** Gauges of the vendor, where there is one. */
export function gaugeVendor(metrics: Metrics, vendor: { readonly isAsked: boolean; readonly isTried?: boolean }): void {
  const up = "Whether the vendor is called: 0 while calls are suspended because it does not answer.";
  metrics.gauge("plategraph_vendor_up", up, [], () => [[{}, vendor.isAsked ? 1 : 0]]);
  const state = "The circuit breaker before the vendor: 1 for its state, closed (calls are made), open or half-open.";
  metrics.gauge("plategraph_vendor_breaker", state, ["state"], () => {
    const now = vendor.isTried === true ? "half-open" : vendor.isAsked ? "closed" : "open";
    return ["closed", "half-open", "open"].map((name): Reading => [{ state: name }, name === now ? 1 : 0]);
  });
}

/** @param dataDir where the embedded database keeps its files; null where it runs elsewhere */
export function gaugeMachine(metrics: Metrics, budget: ByteBudget, dataDir: string | null): void {
  metrics.gauge("plategraph_bytes_in_flight", "Bytes of request bodies and answers in flight.", [], () => [
    [{}, budget.held],
  ]);
  metrics.gauge("plategraph_bytes_in_flight_limit", "MAX_BODY_BYTES_IN_FLIGHT.", [], () => [[{}, budget.limit]]);
  if (dataDir === null) return;
  metrics.gauge("plategraph_disk_free_bytes", "Bytes free on the disk of DATA_DIR.", [], async () => {
    const { bavail, bsize } = await bounded(statfs(dataDir));
    return [[{}, bavail * bsize]];
  });
  metrics.gauge("plategraph_disk_size_bytes", "Bytes of the disk of DATA_DIR.", [], async () => {
    const { blocks, bsize } = await bounded(statfs(dataDir));
    return [[{}, blocks * bsize]];
  });
}

async function bounded<Result>(work: Promise<Result>): Promise<Result> {
  const ended = new AbortController();
  const overdue = setTimeout(TIMEOUT_MS, null, { signal: ended.signal, ref: false }).then(() => {
    throw new Error("A part of the program did not answer in time.");
  });
  try {
    return await Promise.race([work, overdue]);
  } finally {
    overdue.catch(() => undefined);
    ended.abort();
  }
}
