/** Traces by OTLP, taken by a collector on loopback: one trace a request, through all parts, without what was asked. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fixture, graphql, RECOGNIZE_UPLOAD } from "../support/graphql-client.js";
import { ANSWERS } from "../support/juhe-answers.js";
import { JuheStandIn } from "../support/juhe-stand-in.js";
import { createKey } from "../support/keys-command.js";
import { logLine } from "../support/log-lines.js";
import { storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";
import { attributesOf, TraceCollector, type CollectedSpan } from "../support/trace-collector.js";

const PLATE = "粤B12345";
const [INTERNAL, SERVER, CLIENT] = [1, 2, 3];

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await storeReadings(database, [{ plateNumber: PLATE, capturedAt: "2026-11-01T00:00:00.000Z" }]);
});

afterAll(() => database.drop());

const newTrace = () => ({ traceId: randomBytes(16).toString("hex"), spanId: randomBytes(8).toString("hex") });

async function post(url: string, body: string | FormData, traceparent: string): Promise<string> {
  const type =
    typeof body === "string" ? { "content-type": "application/json" } : { "apollo-require-preflight": "true" };
  const response = await fetch(`${url}/graphql`, { method: "POST", headers: { ...type, traceparent }, body });
  return response.text();
}

const childrenOf = (spans: readonly CollectedSpan[], { spanId }: CollectedSpan) =>
  spans.filter(({ parentSpanId }) => parentSpanId === spanId);

function named(spans: readonly CollectedSpan[], name: string): CollectedSpan {
  const span = spans.find((each) => each.name === name);
  if (span === undefined) throw new Error(`no span ${name} among ${spans.map((each) => each.name).join(", ")}`);
  return span;
}

describe("with a collector", () => {
  let collector: TraceCollector;
  let vendor: JuheStandIn;
  let server: TestServer;

  beforeAll(async () => {
    collector = await TraceCollector.start();
    vendor = await JuheStandIn.start();
    server = await startServer({
      DATABASE_URL: database.url,
      RECOGNIZER: "juhe-then-local",
      JUHE_KEY: vendor.key,
      JUHE_BASE_URL: vendor.baseUrl,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: "x-collector-key=s%3Dcret",
      OTEL_SERVICE_NAME: "plates-test",
    });
  });

  afterAll(async () => {
    const code = await server.stop();
    await vendor.close();
    await collector.close();
    expect(code).toBe(0);
  });

  test("a recognition's trace goes on with the caller's, through HTTP, GraphQL, the vendor, the engine and the database", async () => {
    vendor.answerWith({ status: 503, body: "down" });
    const { traceId, spanId } = newTrace();
    const form = new FormData();
    form.append(
      "operations",
      JSON.stringify({ query: RECOGNIZE_UPLOAD.replace("mutation", "mutation Gate"), variables: { image: null } }),
    );
    form.append("map", '{"0":["variables.image"]}');
    form.append("0", new Blob([new Uint8Array(await fixture("blue"))]), "photo.jpg");
    expect(await post(server.url, form, `00-${traceId}-${spanId}-01`)).toContain("SUCCEEDED");
    const spans = await collector.trace(traceId);

    const http = named(spans, "POST /graphql");
    expect(http).toMatchObject({ kind: SERVER, parentSpanId: spanId });
    expect(attributesOf(http)).toMatchObject({ "http.response.status_code": "200", "plategraph.request_id": traceId });
    const operation = named(spans, "mutation Gate");
    expect(childrenOf(spans, http)).toContain(operation);
    const recognize = named(spans, "recognize");
    expect(recognize.parentSpanId).toBe(operation.spanId);
    expect(attributesOf(recognize)).toMatchObject({ "plategraph.engine": "LOCAL", "image.format": "JPEG" });
    const called = named(spans, "juhe verify");
    expect(called).toMatchObject({ kind: CLIENT, parentSpanId: recognize.spanId, status: { code: 2 } });
    expect(named(spans, "local engine")).toMatchObject({ kind: INTERNAL, parentSpanId: recognize.spanId });
    const stored = spans.filter(({ name }) => name.startsWith("INSERT "));
    expect(stored.length).toBeGreaterThan(0);
    expect(attributesOf(stored[0] ?? http)).toMatchObject({ "db.system.name": "postgresql" });

    // OTLP's JSON: ids in hexadecimal, times in nanoseconds as text; a part lies within its whole.
    const ids = new Set(spans.map((span) => span.spanId));
    for (const span of spans) {
      expect(span.spanId).toMatch(/^[\da-f]{16}$/);
      expect(span === http || ids.has(span.parentSpanId ?? "")).toBe(true);
      expect(span.startTimeUnixNano).toMatch(/^\d{19}$/);
      expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).toBe(true);
      expect(BigInt(span.startTimeUnixNano) >= BigInt(http.startTimeUnixNano)).toBe(true);
    }
    const [first] = collector.requests;
    expect(first).toMatchObject({
      url: "/v1/traces",
      headers: { "content-type": "application/json", "x-collector-key": "s=cret" },
    });
    expect(first?.body).toContain('{"key":"service.name","value":{"stringValue":"plates-test"}}');
    // The vendor is not told.
    for (const { headers } of vendor.requests) expect(Object.keys(headers)).not.toContain("traceparent");
    const line = await logLine(server, (each) => each.msg === "request" && each.requestId === traceId);
    expect(line.traceId).toBe(traceId);
  });

  test("two photos at once keep to their own traces, though one waits for the other", async () => {
    vendor.answerWith(ANSWERS.example);
    const image = (await fixture("yellow-double")).toString("base64");
    const query =
      "mutation ($image: String!) { recognizeBase64(image: $image, options: { engine: LOCAL }) { request { id } } }";
    const body = JSON.stringify({ query, variables: { image } });
    const traces = [newTrace(), newTrace(), newTrace()];
    await Promise.all(traces.map(({ traceId, spanId }) => post(server.url, body, `00-${traceId}-${spanId}-01`)));
    for (const { traceId } of traces) {
      const spans = await collector.trace(traceId);
      expect(spans.filter(({ name }) => name === "local engine")).toHaveLength(1);
      expect(spans.filter(({ name }) => name.startsWith("INSERT ")).length).toBeGreaterThan(0);
    }
  });

  test("a caller's trace that is not recorded is not recorded here", async () => {
    const skipped = newTrace();
    const kept = newTrace();
    await post(server.url, '{"query":"{ __typename }"}', `00-${skipped.traceId}-${skipped.spanId}-00`);
    await post(server.url, '{"query":"{ __typename }"}', `00-${kept.traceId}-${kept.spanId}-01`);
    await collector.trace(kept.traceId);
    expect(collector.spans.filter(({ traceId }) => traceId === skipped.traceId)).toEqual([]);
  });

  test("no span holds a plate number, a document, or a key", async () => {
    const { traceId, spanId } = newTrace();
    const query = `{ plate(number: "${PLATE}") { number recognitions(first: 1) { nodes { id } } } }`;
    expect(await post(server.url, JSON.stringify({ query }), `00-${traceId}-${spanId}-01`)).toContain(PLATE);
    const spans = await collector.trace(traceId);
    expect(spans.some(({ name }) => name.startsWith("SELECT "))).toBe(true);
    const sent = collector.requests.map(({ body }) => body).join("\n");
    for (const secret of [PLATE, "渝X32547", vendor.key, query.slice(0, 20)]) expect(sent).not.toContain(secret);
  });

  test("statements of TypeORM's repositories too: the look-up of a key", async () => {
    const key = await createKey(database.url, "traced", "read");
    const { traceId, spanId } = newTrace();
    const answer = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        traceparent: `00-${traceId}-${spanId}-01`,
        authorization: `Bearer ${key}`,
      },
      body: '{"query":"{ __typename }"}',
    });
    expect(answer.status).toBe(200);
    const spans = await collector.trace(traceId);
    const lookUp = named(spans, "SELECT api_keys");
    expect(lookUp).toMatchObject({ kind: CLIENT, parentSpanId: named(spans, "POST /graphql").spanId });
    expect(attributesOf(lookUp)).toMatchObject({ "plategraph.server": "primary" });
    expect(collector.requests.map(({ body }) => body).join("\n")).not.toContain(key);
  });

  test("a fault is a code", async () => {
    const { traceId, spanId } = newTrace();
    const query = 'mutation { recognizeBase64(image: "aaaa") { reused } }';
    await post(server.url, JSON.stringify({ query }), `00-${traceId}-${spanId}-01`);
    const operation = named(await collector.trace(traceId), "mutation");
    expect(operation.status).toEqual({ code: 2 });
    expect(attributesOf(operation)["error.type"]).toBe("INVALID_IMAGE");
  });
});

test.each([
  ["hangs", async () => TraceCollector.start({ answers: false })],
  ["is not there", async () => null],
])("a collector that %s costs no answer, and no more than a second at the stop", async (_name, start) => {
  const collector = await start();
  const endpoint = collector?.endpoint ?? "http://127.0.0.1:9";
  const server = await startServer({ DATABASE_URL: database.url, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
  const began = performance.now();
  // More spans than are kept.
  for (let round = 0; round < 40; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => graphql(server.url, `{ plate(number: "${PLATE}") { number } }`)),
    );
    expect(answers.filter(({ data }) => (data as object | null) === null)).toEqual([]);
  }
  expect(performance.now() - began).toBeLessThan(40_000);
  const stopping = performance.now();
  expect(await server.stop()).toBe(0);
  // The second, what a stop takes without a collector, and a busy machine; the exporter itself would try for 10 s.
  expect(performance.now() - stopping).toBeLessThan(8_000);
  if (collector === null) expect(server.output()).toContain("takes no traces");
  await collector?.close();
});

describe("what makes spans", () => {
  const NODE_OPTIONS = `--import ${new URL("../support/loaded-modules.mjs", import.meta.url).pathname}`;
  const loadedWith = async (settings: Record<string, string>): Promise<string[]> => {
    const server = await startServer({ DATABASE_URL: database.url, NODE_OPTIONS, ...settings });
    await graphql(server.url, `{ plate(number: "${PLATE}") { number } }`);
    expect(await server.stop()).toBe(0);
    return server.output().match(/^loaded .*$/gm) ?? [];
  };
  const PARTS = /tracing\/(otlp|recorded)|opentelemetry/;

  test("is not loaded without a collector", async () => {
    const loaded = await loadedWith({});
    expect(loaded.length).toBeGreaterThan(200);
    expect(loaded.filter((line) => PARTS.test(line))).toEqual([]);
  });

  test("is loaded with one", async () => {
    const loaded = await loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" });
    expect(loaded.filter((line) => PARTS.test(line))).toHaveLength(3);
  });
});
