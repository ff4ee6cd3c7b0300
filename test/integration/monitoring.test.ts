/** What docs/operations tells Prometheus and Grafana to ask for is there: in the metrics of real servers with a replica, a vendor, and the embedded database. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Registry } from "prom-client";
import { OperationMetrics } from "../../src/metrics/operation.metrics.js";
import { fixture, graphql, upload } from "../support/graphql-client.js";
import { refusal } from "../support/juhe-answers.js";
import { JuheStandIn } from "../support/juhe-stand-in.js";
import { PostgresCluster } from "../support/postgres-cluster.js";
import { startServer, type TestServer } from "../support/test-server.js";
import { until } from "../support/until.js";

const run = promisify(execFile);
const FOLDER = "docs/operations";
const promtool = (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, "promtool")));
const whereThere = promtool ? test : test.skip;
const skipped = promtool ? "" : " (skipped: there is no promtool)";

let folder: string;
let primary: PostgresCluster;
let replica: PostgresCluster;
let vendor: JuheStandIn;
let embedded: TestServer;
let server: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plategraph-monitoring-"));
  vendor = await JuheStandIn.start();
  primary = await PostgresCluster.start();
  await primary.migrate();
  replica = await primary.follow();
  const juhe = { JUHE_KEY: vendor.key, JUHE_BASE_URL: vendor.baseUrl };
  embedded = await startServer({ DATA_DIR: join(folder, "data"), RECOGNIZER: "juhe", ...juhe });
  server = await startServer({ DATABASE_URL: primary.url, DATABASE_REPLICA_URLS: replica.url, LOCAL_THREADS: "2" });
});

afterAll(async () => {
  const codes = [await embedded.stop(), await server.stop()];
  await vendor.close();
  await replica.remove();
  await primary.remove();
  await rm(folder, { recursive: true, force: true });
  expect(codes).toEqual([0, 0]);
});

async function metricsOf({ url }: TestServer): Promise<string> {
  const response = await fetch(`${url}/metrics`);
  expect(response.status).toBe(200);
  return response.text();
}

/** The value of the series; null where there is none. */
function valueOf(metrics: string, series: string): number | null {
  const line = metrics.split("\n").find((each) => each.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length));
}

const namesIn = (text: string): string[] => [...new Set(text.match(/\b(?:plategraph|nodejs|process)_[a-z0-9_]+/g))];

/** What the dashboard asks, with its variables filled in. */
async function questions(): Promise<string[]> {
  const dashboard = JSON.parse(await readFile(join(FOLDER, "dashboard.json"), "utf8")) as {
    panels: { targets?: { expr: string }[] }[];
  };
  return dashboard.panels
    .flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    .map((expr) => expr.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".*"));
}

test("every metric that the dashboard and the rules name is in /metrics, and every one of ours is explained", async () => {
  // A fault, a call that the vendor refuses, one that it answers, and a slow statement: each has its series then.
  vendor.answerWith(refusal(271103, "识别失败"));
  await upload(embedded.url, await fixture("no-plate"));
  await upload(server.url, Buffer.from("no photo"));
  await upload(server.url, await fixture("blue"));
  const metrics = `${await metricsOf(embedded)}${await metricsOf(server)}`;
  const there = new Set(namesIn(metrics));
  const rules =
    (await readFile(join(FOLDER, "alerts.yml"), "utf8")).match(/expr:[\s\S]*?\n {8}(?=for:|labels:)/g) ?? [];
  expect(rules).toHaveLength(15);
  const asked = namesIn([...rules, ...(await questions())].join("\n"));
  expect(asked.length).toBeGreaterThan(25);
  expect(asked.filter((name) => !there.has(name))).toEqual([]);
  const guide = await readFile(join(FOLDER, "monitoring.md"), "utf8");
  const ours = [...metrics.matchAll(/^# TYPE (plategraph_\S+)/gm)].map(([, name]) => name ?? "");
  expect(ours.length).toBeGreaterThan(20);
  expect([...new Set(ours)].filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
});

describe("promtool", () => {
  whereThere(`takes the rules, whose tests pass${skipped}`, async () => {
    await run("promtool", ["check", "rules", join(FOLDER, "alerts.yml")]);
    await run("promtool", ["test", "rules", "alerts.test.yml"], { cwd: FOLDER });
  });

  whereThere(`takes what the dashboard asks${skipped}`, async () => {
    const rules = (await questions()).map((expr, index) => ({ record: `panel:${index}`, expr }));
    const file = join(folder, "panels.yml");
    await writeFile(file, JSON.stringify({ groups: [{ name: "panels", rules }] }));
    await run("promtool", ["check", "rules", file]);
  });

  whereThere(`takes the server's metrics${skipped}`, async () => {
    const text = await metricsOf(server);
    await new Promise<void>((resolve, reject) => {
      const child = execFile("promtool", ["check", "metrics"], (error, stdout, stderr) => {
        // 3: only opinions on names, such as those of prom-client's own metrics.
        if (error === null || error.code === 3) resolve();
        else reject(new Error(`${stdout}${stderr}`));
      });
      child.stdin?.end(text);
    });
  });
});

describe("the gauges", () => {
  test("follow a replica that falls behind", async () => {
    const lag = 'plategraph_database_replica_lag_bytes{server="replica1"}';
    const lagSeconds = 'plategraph_database_replica_lag_seconds{server="replica1"}';
    expect(valueOf(await metricsOf(server), 'plategraph_database_up{server="replica1"}')).toBe(1);
    await replica.query("SELECT pg_wal_replay_pause()");
    try {
      await primary.query("CREATE TABLE behind AS SELECT generate_series(1, 10000) AS n");
      await until("behind", async () => {
        const metrics = await metricsOf(server);
        return (valueOf(metrics, lag) ?? 0) > 100_000 && (valueOf(metrics, lagSeconds) ?? 0) > 0;
      });
    } finally {
      await replica.query("SELECT pg_wal_replay_resume()");
    }
    await until("up to date", async () => {
      const metrics = await metricsOf(server);
      return valueOf(metrics, lag) === 0 && valueOf(metrics, lagSeconds) === 0;
    });
  });

  test("tell the pools, the engine, the disk and the vendor", async () => {
    const metrics = await metricsOf(server);
    expect(valueOf(metrics, 'plategraph_database_pool_limit{server="primary",pool="main"}')).toBe(10);
    expect(valueOf(metrics, 'plategraph_database_pool_limit{server="replica1",pool="reports"}')).toBe(2);
    expect(valueOf(metrics, "plategraph_engine_workers")).toBe(2);
    expect(valueOf(metrics, 'plategraph_engine_places{engine="LOCAL"}')).toBe(2);
    expect(valueOf(metrics, "plategraph_disk_free_bytes")).toBeNull();
    expect(valueOf(metrics, "plategraph_vendor_up")).toBeNull();
    const other = await metricsOf(embedded);
    expect(valueOf(other, "plategraph_disk_free_bytes")).toBeGreaterThan(0);
    expect(valueOf(other, "plategraph_vendor_up")).toBe(1);
    expect(valueOf(other, 'plategraph_vendor_breaker{state="closed"}')).toBe(1);
  });

  test("tell a database that is down, within seconds", async () => {
    const base = await PostgresCluster.start();
    await base.migrate();
    const lonely = await startServer({ DATABASE_URL: base.url });
    try {
      expect(valueOf(await metricsOf(lonely), 'plategraph_database_up{server="primary"}')).toBe(1);
      await base.kill();
      let took = 0;
      await until("down", async () => {
        const asked = performance.now();
        const metrics = await metricsOf(lonely);
        took = performance.now() - asked;
        return valueOf(metrics, 'plategraph_database_up{server="primary"}') === 0;
      });
      // Prometheus gives up after 10 s.
      expect(took).toBeLessThan(10_000);
    } finally {
      expect(await lonely.stop()).toBe(0);
      await base.remove();
    }
  });
});

describe("operations", () => {
  test("are counted by name, type and code", async () => {
    const before = await metricsOf(server);
    await graphql(server.url, "query Counted { plates(first: 1) { nodes { number } } }");
    await graphql(server.url, 'query Counted { node(id: "zzz") { id } }');
    await graphql(server.url, "query Counted { nope }");
    const metrics = await metricsOf(server);
    const count = (name: string, code: string) =>
      valueOf(metrics, `plategraph_operations_total{operation="${name}",type="query",code="${code}"}`);
    expect(count("Counted", "OK")).toBe(1);
    const [refused, was] = [metrics, before].map((text) =>
      valueOf(text, 'plategraph_operations_total{operation="none",type="none",code="GRAPHQL_VALIDATION_FAILED"}'),
    );
    expect((refused ?? 0) - (was ?? 0)).toBe(1);
    expect(valueOf(metrics, 'plategraph_operation_duration_seconds_count{operation="Counted",type="query"}')).toBe(2);
  });

  test("of 10,000 names have series of their own for the first 50 only", async () => {
    const registry = new Registry();
    const metrics = new OperationMetrics(registry);
    for (let index = 0; index < 10_000; index += 1) {
      const operation = { name: `Hostile${index}`, type: "query" };
      metrics.operation({ operation, errorCodes: [], milliseconds: 1 });
    }
    metrics.operation({ operation: { name: "N".repeat(65), type: "query" }, errorCodes: [], milliseconds: 1 });
    const text = await registry.metrics();
    expect(text.match(/^plategraph_operations_total\{/gm)).toHaveLength(51);
    expect(text).toContain('plategraph_operations_total{operation="other",type="query",code="OK"} 9951');
    expect(text.split("\n").length).toBeLessThan(1_000);
  });

  test("of many names leave the server's metrics small", async () => {
    for (let round = 0; round < 10; round += 1) {
      const names = Array.from({ length: 30 }, (_, index) => `Many${round * 30 + index}`);
      await Promise.all(names.map((name) => graphql(server.url, `query ${name} { __typename }`)));
    }
    const metrics = await metricsOf(server);
    expect(new Set([...metrics.matchAll(/operation="(\w+)"/g)].map(([, name]) => name)).size).toBeLessThanOrEqual(53);
  });
});
