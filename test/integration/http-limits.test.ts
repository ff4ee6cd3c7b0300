/** What the HTTP server refuses before it runs anything: bodies, connections and sites (audit B7 to B10, C10, D1 to D4, E9). */
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fixture, graphql, RECOGNIZE_UPLOAD, upload } from "../support/graphql-client.js";
import { logLine } from "../support/log-lines.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";
import { until } from "../support/until.js";

const MIB = 1024 * 1024;
const MAX_IMAGE_BYTES = 3 * MIB;
const BUDGET_BYTES = 8 * MIB;

let database: TestDatabase;
let server: TestServer;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startServer({
    DATABASE_URL: database.url,
    MAX_IMAGE_BYTES: String(MAX_IMAGE_BYTES),
    MAX_BODY_BYTES_IN_FLIGHT: String(BUDGET_BYTES),
    BODY_TIMEOUT_MS: "4000",
  });
});

afterAll(async () => {
  // It lives through all of it, and what callers did wrong is not logged as a fault of the server (C10).
  const { data } = await upload(server.url, await fixture("blue"));
  expect(data.recognizeUpload.request.status).toBe("SUCCEEDED");
  expect(server.output()).not.toContain('"level":50');
  expect(await server.stop()).toBe(0);
  await database.drop();
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

async function send(
  path: string,
  headers: Record<string, string>,
  body: string | Buffer = "",
  method = "POST",
  url = server.url,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { ...headers, "content-length": String(Buffer.byteLength(body)) };
    const outgoing = httpRequest(`${url}${path}`, { method, headers: all }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };
const MULTIPART = { "content-type": "multipart/form-data; boundary=b", "apollo-require-preflight": "1" };
const QUERY = '{"query":"{ __typename }"}';

function codeOf({ text }: Answer): string | undefined {
  return (JSON.parse(text) as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code;
}

/** A connection on which a request was begun. */
async function begun(
  headers: Record<string, string>,
  start: string | Buffer,
): Promise<{ socket: Socket; text: () => string }> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const lines = Object.entries({ host: "127.0.0.1", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST /graphql HTTP/1.1\r\n${lines.join("")}\r\n`);
  socket.write(start);
  return { socket, text: () => text };
}

const FILE_HEAD =
  `--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query: RECOGNIZE_UPLOAD, variables: { image: null } })}\r\n` +
  `--b\r\ncontent-disposition: form-data; name="map"\r\n\r\n{"0":["variables.image"]}\r\n` +
  `--b\r\ncontent-disposition: form-data; name="0"; filename="a.jpg"\r\n\r\n`;

describe("bodies", () => {
  test("B7: parts without headers count", async () => {
    const answer = await send("/graphql", MULTIPART, "--b\r\n\r\n\r\n".repeat(1000));
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe("BAD_USER_INPUT");
    expect(answer.text).toContain("parts");
  });

  test("B7: a form without the preflight header is refused before its body has come", async () => {
    const { socket, text } = await begun(
      { "content-type": "multipart/form-data; boundary=b", "content-length": "1000000" },
      "--b",
    );
    await until("refused", () => text().includes("BAD_REQUEST"));
    expect(text()).toMatch(/^HTTP\/1\.1 400 /);
    socket.destroy();
  });

  test("B8: many fields, and long ones, on the vendor's routes", async () => {
    for (const body of ["a&".repeat(100), `key=${"k".repeat(2000)}`, `${"n".repeat(100)}=1`]) {
      const answer = await send("/verify_carlicense/query", FORM_TYPE, body);
      expect(JSON.parse(answer.text)).toMatchObject({ result: null });
      expect(JSON.parse(answer.text)).not.toMatchObject({ error_code: 271102 });
    }
    const field = (name: string): string =>
      `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${"A".repeat(MIB)}\r\n`;
    const fields = Array.from({ length: 16 }, (_, index) => field(`f${index}`)).join("");
    const answer = await send("/verify_carlicense/query", MULTIPART, `${fields}--b--\r\n`).catch(() => null);
    // Refused while it comes: the connection may be closed before the sender reads the answer.
    if (answer !== null) expect(JSON.parse(answer.text)).toMatchObject({ error_code: 271103 });
  });

  test.each([
    ["brackets", "[".repeat(1_000_000)],
    ["commas", `[${"1,".repeat(100_000)}1]`],
    ["digits", "1".repeat(2_000_000)],
    ["spaces", `${" ".repeat(2_000_000)}1`],
    ["escapes", `{"a":"${"\\n".repeat(1_000_000)}"}`],
    ["Chinese characters", `{"a":"${"牌".repeat(700_000)}"}`],
  ])("B9: a JSON body of many %s", async (_name, body) => {
    const answer = await send("/graphql", JSON_TYPE, body);
    expect(answer.status).toBe(413);
    expect(codeOf(answer)).toBe("OPERATION_TOO_LARGE");
  });

  test("B9: what stands in strings does not count as structure, wherever chunks end", async () => {
    const text = `${"[{,".repeat(20_000)}\\\\\\"`;
    const body = JSON.stringify({ query: "query ($t: String) { __typename }", variables: { t: text } });
    const { socket, text: answer } = await begun({ ...JSON_TYPE, "content-length": String(body.length) }, "");
    for (let at = 0; at < body.length; at += 997) socket.write(body.slice(at, at + 997));
    await until("answered", () => answer().length > 0);
    expect(answer()).not.toContain("OPERATION_TOO_LARGE");
    socket.destroy();
  });

  test("a body that is not UTF-8 is refused", async () => {
    expect(codeOf(await send("/graphql", JSON_TYPE, Buffer.from([0x22, 0xff, 0x22])))).toBe("BAD_USER_INPUT");
  });

  test("B10: bodies beyond the budget are answered 503, small ones are served, and slow ones end", async () => {
    const part = Buffer.alloc(2 * MIB, 7);
    const headers = { ...MULTIPART, "content-length": String(3 * MIB) };
    const held = await Promise.all(
      Array.from({ length: 8 }, () => begun(headers, Buffer.concat([Buffer.from(FILE_HEAD), part]))),
    );
    // Four times 2 MiB are the whole budget.
    const refused = (): number => held.filter(({ text }) => text().startsWith("HTTP/1.1 503 ")).length;
    await until("four refused", () => refused() >= 4);
    const answer = held.find(({ text }) => text().startsWith("HTTP/1.1 503 "))?.text() ?? "";
    expect(answer).toMatch(/^retry-after: \d+\r$/im);
    expect(answer).toContain('"code":"SERVER_BUSY","retryable":true');
    expect((await graphql<{ __typename: string }>(server.url, "{ __typename }")).data).toEqual({ __typename: "Query" });
    await until("all refused", () => held.every(({ text }) => /^HTTP\/1\.1 (503|408) /.test(text())));
    expect(held.some(({ text }) => text().startsWith("HTTP/1.1 408 "))).toBe(true);
    // What they held is free again.
    const { data } = await upload(server.url, await fixture("blue"));
    expect(data.recognizeUpload.request.status).toBe("SUCCEEDED");
    for (const { socket } of held) socket.destroy();
  });

  test("C10: bodies that are cut off are not faults of the server", async () => {
    for (const headers of [JSON_TYPE, MULTIPART, FORM_TYPE]) {
      const { socket } = await begun({ ...headers, "content-length": "1000" }, '{"query":');
      await new Promise((resolve) => setTimeout(resolve, 100));
      socket.resetAndDestroy();
    }
    // Looked at in the log when all tests have run.
    expect((await graphql<{ __typename: string }>(server.url, "{ __typename }")).data).toEqual({ __typename: "Query" });
  });
});

describe("sites", () => {
  const evil = { origin: "http://evil.example" };
  test.each<[string, string, Record<string, string>, string]>([
    [
      "a foreign Origin at the vendor's route",
      "/verify_carlicense/query",
      { "content-type": "text/plain", ...evil },
      "10002",
    ],
    [
      "a foreign Host at the vendor's route",
      "/verify_carlicense/verify",
      { ...FORM_TYPE, host: "evil.example" },
      "10002",
    ],
    ["a foreign Origin at /graphql", "/graphql", { ...JSON_TYPE, ...evil }, "FORBIDDEN"],
    ["no Origin (null) at /graphql", "/graphql", { ...JSON_TYPE, origin: "null" }, "FORBIDDEN"],
    ["a foreign Host at /graphql", "/graphql", { ...JSON_TYPE, host: "evil.example:80" }, "FORBIDDEN"],
    [
      "a Host that begins like a loopback one",
      "/graphql",
      { ...JSON_TYPE, host: "127.0.0.1.evil.example" },
      "FORBIDDEN",
    ],
  ])("D1: %s is refused", async (_name, path, headers, code) => {
    const [before] = await database.query<{ count: string }>("SELECT count(*) FROM recognition_requests");
    const photo = (await fixture("blue")).toString("base64");
    const body = path === "/graphql" ? QUERY : `key=a&file=${encodeURIComponent(photo)}`;
    expect((await send(path, headers, body)).text).toContain(code);
    expect(await database.query("SELECT count(*) FROM recognition_requests")).toEqual([before]);
  });

  test.each([["localhost"], ["LOCALHOST:1"], ["127.1.2.3:99"], ["[::1]:4000"]])(
    "D1: the Host %s is let in",
    async (host) => {
      expect((await send("/graphql", { ...JSON_TYPE, host }, QUERY)).status).toBe(200);
    },
  );

  test.each(["http://127.0.0.1:1", "http://localhost"])(
    "D1: a page of the same host, %s, is let in",
    async (origin) => {
      const headers = { ...JSON_TYPE, origin, host: new URL(origin).host };
      expect((await send("/graphql", headers, QUERY)).status).toBe(200);
    },
  );
});

describe("answers", () => {
  const accept = "application/graphql-response+json";
  test.each<[string, string, number]>([
    ["malformed JSON", "{", 400],
    ["a body that is too long", `{"query":"${"x".repeat(6 * MIB)}"}`, 413],
  ])("D4: %s is answered in the media type asked for", async (_name, body, status) => {
    for (const [asked, answered] of [
      [accept, accept],
      ["application/json", "application/json"],
      ["*/*", "application/json"],
      [`application/json;q=0.1, ${accept}`, accept],
    ] as const) {
      const answer = await send("/graphql", { ...JSON_TYPE, accept: asked }, body);
      expect(answer.status).toBe(status);
      expect(answer.headers["content-type"]).toBe(`${answered}; charset=utf-8`);
      expect(codeOf(answer)).toBeDefined();
    }
  });

  test("E9: other methods are answered 405 with those that are allowed", async () => {
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      const answer = await send("/graphql", JSON_TYPE, QUERY, method);
      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe("GET, POST");
    }
  });
});

test("D2, D3: a server on every address without anonymous callers says so, and lets no query pass", async () => {
  const other = await createTestDatabase();
  const open = await startServer({ DATABASE_URL: other.url, HOST: "0.0.0.0" });
  try {
    const warning = await logLine(open, ({ msg }) => msg.startsWith("HOST is not a loopback address"));
    expect(warning.msg).toContain("answered UNAUTHENTICATED");
    const extensions = encodeURIComponent('{"persistedQuery":{"version":1,"sha256Hash":"00"}}');
    for (const path of [`/graphql?extensions=${extensions}`, "/graphql?query={__typename}", "/graphql"]) {
      const answer = await send(path, { "apollo-require-preflight": "1" }, "", "GET", open.url);
      expect(answer.status).toBe(401);
      expect(codeOf(answer)).toBe("UNAUTHENTICATED");
    }
    // A browser gets the page, and no query runs with it.
    const page = await send("/graphql?query={__typename}", { accept: "text/html" }, "", "GET", open.url);
    expect(page.text).toMatch(/^<!doctype html>/i);
    // By now the text for a person is written. Its example would be answered 401.
    expect(open.output()).toContain("explore ");
    expect(open.output()).not.toContain("curl");
  } finally {
    expect(await open.stop()).toBe(0);
    await other.drop();
  }
});
