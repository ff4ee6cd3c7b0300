/** What callers' filters cost the connections to PostgreSQL, and reports the reads beside them. */
import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { holdTable } from "../support/held-table.js";
import { PostgresCluster } from "../support/postgres-cluster.js";
import { graphql } from "../support/graphql-client.js";
import { storeReadings } from "../support/stored-readings.js";
import { startServer, type TestServer } from "../support/test-server.js";
import { until } from "../support/until.js";

const SHAPES = 800;
/** Requests at once. */
const CALLERS = 4;
const CONNECTIONS = 3;

let cluster: PostgresCluster;
let server: TestServer;

beforeAll(async () => {
  cluster = await PostgresCluster.start();
  await cluster.migrate();
  await storeReadings(
    { url: cluster.url, query: cluster.query.bind(cluster), drop: async () => undefined },
    Array.from({ length: 30 }, (_, index) => ({
      plateNumber: `粤A${10_000 + index}`,
      capturedAt: new Date(Date.parse("2026-03-01T00:00:00Z") + index * 1000).toISOString(),
      confidence: 60 + index,
    })),
  );
  server = await startServer({ DATABASE_URL: cluster.url, DATABASE_POOL_SIZE: String(CONNECTIONS) });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await cluster.remove();
});

const ORDERS = ["CAPTURED_AT_DESC", "CAPTURED_AT_ASC", "RECOGNIZED_AT_DESC", "RECOGNIZED_AT_ASC", "CONFIDENCE_DESC"];

/** Each index another filter, order or page size; every one matches all the readings. */
function shapeOf(index: number): { filter: Record<string, unknown>; orderBy: string; first: number } {
  const conditions: [string, unknown][] = [
    ["capturedAt", { gte: "2026-01-01T00:00:00Z" }],
    ["recognizedAt", { gte: "2020-01-01T00:00:00Z" }],
    ["confidence", { gte: 1, lte: 100 }],
    ["color", ["BLUE"]],
    ["type", ["BLUE"]],
    ["direction", ["UNKNOWN"]],
    ["engine", ["LOCAL"]],
    ["province", ["粤", "京"]],
    ["plateNumber", { startsWith: "粤A" }],
  ];
  const filter = Object.fromEntries(conditions.filter((_, bit) => ((index >> bit) & 1) === 1));
  return {
    filter,
    orderBy: ORDERS[Math.floor(index / 512) % ORDERS.length] ?? "CONFIDENCE_ASC",
    first: 1 + (index % 90),
  };
}

async function ask(index: number): Promise<void> {
  const { filter, orderBy, first } = shapeOf(index);
  const query = `query ($filter: PlateRecognitionFilter, $orderBy: PlateRecognitionOrder, $first: Int) {
    plateRecognitions(filter: $filter, orderBy: $orderBy, first: $first) { nodes { id } } }`;
  const { data, errors } = await graphql<{ plateRecognitions: { nodes: unknown[] } }>(server.url, query, {
    filter,
    orderBy,
    first,
  });
  expect(errors).toBeUndefined();
  expect(data.plateRecognitions.nodes).toHaveLength(Math.min(first, 30));
}

/** Megabytes that the server's connections hold in PostgreSQL. */
async function backendMegabytes(): Promise<number> {
  const backends = await cluster.query<{ pid: number; logged: boolean }>(
    "SELECT pid, true AS logged FROM pg_stat_activity WHERE application_name = 'plategraph'",
  );
  let kilobytes = 0;
  for (const { pid } of backends) kilobytes += await residentKilobytes(pid);
  return kilobytes / 1024;
}

async function residentKilobytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  return Number(/^Private_Dirty:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
}

test("B12: more shapes of filter, order and page size than there are names: right answers, and the connections' memory stays bounded", async () => {
  // As many at once as later, so that the pool has opened its connections.
  for (let turn = 0; turn < 30; turn += 1) await Promise.all(Array.from({ length: CALLERS }, () => ask(turn)));
  const before = await backendMegabytes();
  let next = 0;
  const caller = async (): Promise<void> => {
    // Twice each, so that a statement that comes again may be prepared.
    for (let index = next++; index < SHAPES; index = next++) {
      await ask(index);
      await ask(index);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const after = await backendMegabytes();
  expect(before).toBeGreaterThan(0);
  // 6 MB more when it was written; 63 MB without bounds.
  expect(after - before).toBeLessThan(30);
  await ask(SHAPES + 1);
}, 300_000);

async function waitingForLocks(): Promise<number> {
  const rows = await cluster.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
  return rows.length;
}

test("B4: a hundred reports at once: another caller's read is answered meanwhile", async () => {
  const held = await holdTable(cluster.url, "plate_recognitions");
  // Each waits for the lock, as a report over millions of rows takes its time.
  const reports = Array.from({ length: 100 }, () =>
    graphql(server.url, "{ recognitionStats(interval: HOUR) { count } }"),
  );
  await until("reports that wait for the lock", async () => (await waitingForLocks()) > 0);
  const read = graphql(server.url, '{ plate(number: "粤A10000") { sightings } }');
  // Behind the reports it would wait until the table is free.
  const first = await Promise.race([read, setTimeout(10_000, null)]);
  await held.release();
  expect(first).toMatchObject({ data: { plate: { sightings: 1 } } });
  await Promise.all(reports);
});
