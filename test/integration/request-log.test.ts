/** E2: each request has its id and its line in the log, slow statements have theirs, and neither holds what was asked. */
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fixture, graphql, RECOGNIZE_UPLOAD } from "../support/graphql-client.js";
import { holdTable } from "../support/held-table.js";
import { ANSWERS } from "../support/juhe-answers.js";
import { JuheStandIn } from "../support/juhe-stand-in.js";
import { createKey } from "../support/keys-command.js";
import { logLine, logLines } from "../support/log-lines.js";
import { storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";
import { until } from "../support/until.js";

const PLATE = "粤B12345";
const TRACE = "0af7651916cd43dd8448eb211c80319c";

let database: TestDatabase;
let vendor: JuheStandIn;
let server: TestServer;
let key: string;

beforeAll(async () => {
  database = await createTestDatabase();
  vendor = await JuheStandIn.start();
  await storeReadings(database, [{ plateNumber: PLATE, capturedAt: "2026-11-01T00:00:00.000Z" }]);
  key = await createKey(database.url, "acme", "read,recognize");
  server = await startServer({
    DATABASE_URL: database.url,
    RECOGNIZER: "juhe",
    JUHE_KEY: vendor.key,
    JUHE_BASE_URL: vendor.baseUrl,
    LOG_LEVEL: "debug",
    SLOW_STATEMENT_MS: "400",
  });
});

afterAll(async () => {
  const code = await server.stop();
  await vendor.close();
  await database.drop();
  expect(code).toBe(0);
});

interface Answer {
  status: number;
  id: string | null;
  text: string;
}

async function post(body: string, headers: Record<string, string> = {}, path = "/graphql"): Promise<Answer> {
  const response = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  return { status: response.status, id: response.headers.get("x-request-id"), text: await response.text() };
}

const lineOf = (id: string | null) => logLine(server, ({ msg, requestId }) => msg === "request" && requestId === id);

describe("a request's line", () => {
  test("has the id, the operation, the partner, the time, the status and the bytes", async () => {
    const body = JSON.stringify({ query: "query Latest { plateRecognitions(first: 1) { nodes { id } } }" });
    const { id, text } = await post(body, { "x-request-id": "gate-7/123", authorization: `Bearer ${key}` });
    expect(id).toBe("gate-7/123");
    const [partner] = await database.query<{ id: string }>("SELECT id FROM partners WHERE name = 'acme'");
    expect(await lineOf(id)).toEqual({
      level: 30,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      msg: "request",
      requestId: "gate-7/123",
      method: "POST",
      route: "/graphql",
      status: 200,
      durationMs: expect.any(Number),
      operation: "Latest",
      operationType: "query",
      partner: partner?.id,
      bytesIn: Buffer.byteLength(body),
      bytesOut: Buffer.byteLength(text),
    });
  });

  test("counts the bytes of an uploaded photo, and is one line", async () => {
    vendor.answerWith(ANSWERS.example);
    const photo = await fixture("blue");
    const form = new FormData();
    form.append("operations", JSON.stringify({ query: RECOGNIZE_UPLOAD, variables: { image: null, options: null } }));
    form.append("map", '{"0":["variables.image"]}');
    form.append("0", new Blob([new Uint8Array(photo)]), "photo.jpg");
    const headers = { "apollo-require-preflight": "true", "x-request-id": "upload-1" };
    await (await fetch(`${server.url}/graphql`, { method: "POST", headers, body: form })).text();
    const line = await lineOf("upload-1");
    expect(line).toMatchObject({ operation: null, operationType: "mutation", status: 200 });
    expect(line.bytesIn).toBeGreaterThan(photo.length);
    expect(line.bytesIn).toBeLessThan(photo.length + 3_000);
    expect(logLines(server).filter(({ msg, requestId }) => msg === "request" && requestId === "upload-1")).toHaveLength(
      1,
    );
  });

  test("tells the vendor's protocol and its error codes", async () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const { id, text } = await post("key=any&file=aaaa", form, "/verify_carlicense/query");
    expect(JSON.parse(text)).toMatchObject({ error_code: 271103 });
    expect(await lineOf(id)).toMatchObject({ route: "/verify_carlicense/query", errorCodes: ["INVALID_IMAGE"] });
  });

  test("is there for a caller that goes before the answer", async () => {
    vendor.answerWith({ ...ANSWERS.example, afterMs: 2_000 });
    const leaving = new AbortController();
    const image = (await fixture("yellow-double")).toString("base64");
    const query = "mutation Left($image: String!) { recognizeBase64(image: $image) { request { id } } }";
    const left = fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-request-id": "left-1" },
      body: JSON.stringify({ query, variables: { image } }),
      signal: leaving.signal,
    });
    const calls = vendor.requests.length;
    while (vendor.requests.length === calls) await setTimeout(20);
    leaving.abort();
    await expect(left).rejects.toThrow();
    expect(await lineOf("left-1")).toMatchObject({ status: 499, operation: "Left" });
    vendor.answerWith(ANSWERS.example);
  });

  test("has at most 100 characters of an operation's name", async () => {
    const name = "N".repeat(20_000);
    const { id } = await post(JSON.stringify({ query: `query ${name} { __typename }` }));
    expect((await lineOf(id)).operation).toBe("N".repeat(100));
  });

  test("of a probe is at debug", async () => {
    const { headers } = await fetch(`${server.url}/healthz`);
    expect(await lineOf(headers.get("x-request-id"))).toMatchObject({ level: 20, route: "/healthz" });
  });
});

describe("the id", () => {
  test("is made where the caller sends none, and the trace's where it sends that", async () => {
    const body = '{"query":"{ __typename }"}';
    expect((await post(body)).id).toMatch(/^[\da-f-]{36}$/);
    expect((await post(body, { traceparent: `00-${TRACE}-b7ad6b7169203331-01` })).id).toBe(TRACE);
    expect((await post(body, { "x-request-id": "x".repeat(8_000) })).id).toMatch(/^[\da-f-]{36}$/);
  });

  test.each([
    ["validation", '{"query":"{ nope }"}', {}, "/graphql"],
    ["parsing", '{"query":"{"}', {}, "/graphql"],
    ["no query", "{}", {}, "/graphql"],
    ["a batch", "[]", {}, "/graphql"],
    ["not JSON", "{", {}, "/graphql"],
    ["a wrong key", '{"query":"{ __typename }"}', { authorization: "Bearer plg_no" }, "/graphql"],
    ["a forbidden field", '{"query":"{ auditLog { nodes { id } } }"}', { authorization: "Bearer KEY" }, "/graphql"],
    ["a resolver", '{"query":"mutation { recognizeBase64(image: \\"aaaa\\") { reused } }"}', {}, "/graphql"],
  ])("is in the error of %s", async (_name, body, headers, path) => {
    const given = headers as Record<string, string>;
    const authorization = given.authorization?.replace("KEY", key);
    const { id, text } = await post(body, { ...given, ...(authorization !== undefined && { authorization }) }, path);
    const { errors } = JSON.parse(text) as { errors: { extensions: { code: string; requestId: string } }[] };
    expect(errors.length).toBeGreaterThan(0);
    for (const { extensions } of errors) expect(extensions.requestId).toBe(id);
    expect((await lineOf(id)).errorCodes).toEqual([...new Set(errors.map(({ extensions }) => extensions.code))]);
  });

  test("is in the answer to an address that is not there", async () => {
    const { id, text } = await post("", {}, "/nope");
    expect(JSON.parse(text)).toMatchObject({ requestId: id });
    expect(await lineOf(id)).toMatchObject({ status: 404, route: "unknown" });
  });

  test("header bytes that end a line do not end the log's", async () => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    const head = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n";
    const id = 'a"},{"level":60\t\u0085\u00e9';
    socket.write(`${head}X-Request-Id: ${id}\r\nContent-Length: 26\r\n\r\n{"query":"{ __typename }"}`, "latin1");
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
    await once(socket, "close");
    expect(/x-request-id: (\S+)/i.exec(answer)?.[1]).toMatch(/^[\da-f-]{36}$/);
    expect(logLines(server).filter(({ level }) => level === 60)).toEqual([]);
  });
});

describe("statements", () => {
  test("that are slow are told with their name and without their values", async () => {
    // A lock that another session holds makes the statement wait.
    const held = await holdTable(database.url, "plates");
    const answer = graphql<{ plate: unknown }>(server.url, `{ plate(number: "${PLATE}") { number } }`);
    await until("waiting for the lock", async () => {
      // Not an INSERT: the photo of the caller that has gone may be stored as late as now, and its trigger counts plates.
      const waiting = `SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'SELECT%'`;
      return (await database.query(waiting)).length > 0;
    });
    await setTimeout(500);
    await held.release();
    expect((await answer).data.plate).toEqual({ number: PLATE });
    // On a busy machine others are slow too.
    const line = await logLine(
      server,
      ({ msg, statement }) => msg === "slow statement" && statement === "SELECT plates",
    );
    expect(line).toMatchObject({ level: 40, plan: "generic", server: "primary" });
    expect(line.durationMs).toBeGreaterThan(400);
    expect(line.text).toContain("$1");
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/^plategraph_database_slow_statements_total\{server="primary"\} [1-9]/m);
  });

  test("are told at debug, and so are calls to the vendor", async () => {
    await graphql(server.url, `{ plate(number: "${PLATE}") { number sightings } }`);
    const line = await logLine(server, ({ msg, statement }) => msg === "statement" && statement === "SELECT plates");
    expect(line.durationMs).toEqual(expect.any(Number));
    expect(await logLine(server, ({ msg }) => msg === "juhe was asked")).toMatchObject({ outcome: "ANSWERED" });
  });
});

test("no line holds a plate number, a variable or a key", async () => {
  const variables = { number: PLATE };
  await graphql(server.url, "query ($number: String!) { plate(number: $number) { number } }", variables, key);
  const search = new URLSearchParams({ query: `{ plate(number: "${PLATE}") { number } }` }).toString();
  const headers = { "apollo-require-preflight": "true", "x-request-id": "by-get" };
  await (await fetch(`${server.url}/graphql?${search}`, { headers })).text();
  await lineOf("by-get");
  const output = server.output();
  for (const secret of [PLATE, encodeURIComponent(PLATE), key, vendor.key]) expect(output).not.toContain(secret);
});

test("LOG_FORMAT=text is for people, LOG_REQUESTS=false leaves the lines out", async () => {
  const settings = { DATABASE_URL: database.url, LOG_FORMAT: "text" };
  const plain = await startServer(settings);
  await graphql(plain.url, "query Asked { __typename }");
  expect(await plain.stop()).toBe(0);
  expect(plain.output()).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} info {2}request {2}requestId=\S+ {2}method=POST.* {2}operation=Asked/m,
  );
  const quiet = await startServer({ ...settings, LOG_REQUESTS: "false" });
  await graphql(quiet.url, "query Asked { __typename }");
  expect(await quiet.stop()).toBe(0);
  expect(quiet.output()).toContain("stopped");
  expect(quiet.output()).not.toContain("Asked");
});
