/** What one caller's connections may take: work after it has gone, answers that it does not read, pipelines, and its part of the budget (audit B5, B10). */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fixture, graphql, RECOGNIZE_UPLOAD, WHITE_PIXEL } from "../support/graphql-client.js";
import { ANSWERS } from "../support/juhe-answers.js";
import { JuheStandIn } from "../support/juhe-stand-in.js";
import { createKey } from "../support/keys-command.js";
import { storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";
import { until } from "../support/until.js";

const MIB = 1024 * 1024;
const BUDGET_BYTES = 8 * MIB;
const MAX_CONNECTIONS = 40;
const MAX_PIPELINED = 8;
const MEMORY_MB = 100;
/** The state of a connection in /proc/net/tcp. */
const ESTABLISHED = "01";

let database: TestDatabase;
let vendor: JuheStandIn;
let server: TestServer;

beforeAll(async () => {
  database = await createTestDatabase();
  vendor = await JuheStandIn.start();
  const readings = Array.from({ length: 100 }, (_, index) => ({
    plateNumber: `粤B${10_000 + index}`,
    capturedAt: "2026-11-01T00:00:00.000Z",
  }));
  await storeReadings(database, readings);
  server = await startServer({
    DATABASE_URL: database.url,
    RECOGNIZER: "juhe",
    JUHE_KEY: vendor.key,
    JUHE_BASE_URL: vendor.baseUrl,
    JUHE_TIMEOUT_MS: "2000",
    MAX_IMAGE_BYTES: String(3 * MIB),
    MAX_BODY_BYTES_IN_FLIGHT: String(BUDGET_BYTES),
    MAX_CONNECTIONS: String(MAX_CONNECTIONS),
    BODY_TIMEOUT_MS: "6000",
    RATE_LIMIT_PER_MINUTE: "0",
  });
});

afterAll(async () => {
  const code = await server.stop();
  await vendor.close();
  await database.drop();
  expect(code).toBe(0);
  // What callers did wrong is not logged as a fault of the server.
  expect(server.output()).not.toContain('"level":50');
});

interface Connection {
  socket: Socket;
  text: () => string;
  closed: () => boolean;
}

/** @param reads whether what the server sends is taken */
async function open(start: string | Buffer, { url } = server, reads = true): Promise<Connection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = "";
  let closed = false;
  socket.on("error", () => undefined);
  socket.on("close", () => (closed = true));
  if (reads) socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  else socket.pause();
  await once(socket, "connect");
  socket.write(start);
  return { socket, text: () => text, closed: () => closed };
}

function head(headers: Record<string, string>): string {
  const lines = Object.entries({ host: "127.0.0.1", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /graphql HTTP/1.1\r\n${lines.join("")}\r\n`;
}

function jsonRequest(query: string, variables: Record<string, unknown> = {}): string {
  const body = JSON.stringify({ query, variables });
  return head({ "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }) + body;
}

/** Connections that the server holds open, as the kernel lists them. */
async function openConnections({ url }: TestServer): Promise<number> {
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, "0");
  const local = new RegExp(`^ *\\d+: [0-9A-F]+:${port} [0-9A-F]+:[0-9A-F]+ ${ESTABLISHED} `, "gm");
  return (await readFile("/proc/net/tcp", "utf8")).match(local)?.length ?? 0;
}

async function residentMegabytes({ pid }: TestServer): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

async function storedRequests(): Promise<string[]> {
  const rows = await database.query<{ status: string }>(
    "SELECT status FROM recognition_requests WHERE external_reference = 'gone' ORDER BY id",
  );
  return rows.map(({ status }) => status);
}

test("B5: once the caller has gone, no further recognition of its operation is begun or stored", async () => {
  // The first call is answered, the second one never.
  vendor.answerWith(() => (vendor.requests.length === 1 ? ANSWERS.example : { body: "", then: "silence" }));
  const fields = [0, 1, 2, 3].map(
    (index) =>
      `a${index}: recognizeBase64(image: $image, options: { externalReference: "gone" }) { request { status } }`,
  );
  const { socket } = await open(
    jsonRequest(`mutation ($image: String!) { ${fields.join(" ")} }`, { image: WHITE_PIXEL }),
  );
  await until("asked twice of the vendor", () => vendor.requests.length === 2);
  socket.destroy();
  // The one that the vendor was asked for leaves its request behind.
  await until("both stored", async () => (await storedRequests()).length === 2);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await storedRequests()).toHaveLength(2);
  expect((await storedRequests())[1]).toBe("FAILED");
  expect(vendor.requests).toHaveLength(2);
});

const UNREAD = 20;

describe("answers that are not read", () => {
  test("B10: their connections are closed within ANSWER_TIMEOUT_MS, and memory comes back", async () => {
    const patient = await startServer({ DATABASE_URL: database.url, ANSWER_TIMEOUT_MS: "1500" });
    // Long response keys make 1.2 MB of the 100 readings; eight such answers are more than the kernel keeps for a connection.
    const keys = ["a", "b", "c"].map((letter) => `${letter.repeat(4_000)}: id`).join(" ");
    const query = `{ plateRecognitions(first: 100) { nodes { ${keys} } } }`;
    const unread: Awaited<ReturnType<typeof open>>[] = [];
    try {
      await graphql(patient.url, query);
      const memory = await residentMegabytes(patient);
      const requests = jsonRequest(query).repeat(MAX_PIPELINED);
      // At once: the first may be closed before a busy machine has opened the last.
      unread.push(...(await Promise.all(Array.from({ length: UNREAD }, () => open(requests, patient, false)))));
      await until("open, all of them", async () => (await openConnections(patient)) >= UNREAD);
      // One is `fetch`'s own.
      await until("closed but for one", async () => (await openConnections(patient)) <= 1);
      await until("back in memory", async () => {
        await graphql(patient.url, "{ plateRecognitions(first: 10) { nodes { id } } }");
        return (await residentMegabytes(patient)) <= memory + MEMORY_MB;
      });
    } finally {
      // Also after a failure: a server and sockets that are left behind keep Jest's worker from ending.
      for (const { socket } of unread) socket.destroy();
      expect(await patient.stop()).toBe(0);
    }
  });
});

describe("connections", () => {
  const QUERY = jsonRequest("{ __typename }");

  test("requests of a pipeline are answered in turn, up to the limit", async () => {
    const { socket, text } = await open(QUERY.repeat(MAX_PIPELINED));
    await until("all of the pipeline answered", () => text().split("HTTP/1.1 200 ").length === MAX_PIPELINED + 1);
    socket.write(QUERY);
    await until("one more answered", () => text().split("HTTP/1.1 200 ").length === MAX_PIPELINED + 2);
    socket.destroy();
  });

  test("a longer pipeline is closed", async () => {
    const { text, closed } = await open(QUERY.repeat(50 * MAX_PIPELINED));
    await until("closed", closed);
    expect(text().split("HTTP/1.1 200 ").length).toBeLessThanOrEqual(50 * MAX_PIPELINED);
  });

  test("MAX_CONNECTIONS: one more is closed, and served once another one has gone", async () => {
    const idle = await Promise.all(Array.from({ length: MAX_CONNECTIONS }, async () => open("")));
    const refused = await open(QUERY);
    await until("the one too many closed", refused.closed);
    expect(refused.text()).toBe("");
    for (const { socket } of idle) socket.destroy();
    await until("served again", async () => {
      const { socket, text, closed } = await open(QUERY);
      await until("answered or closed", () => closed() || text() !== "");
      socket.destroy();
      return text().startsWith("HTTP/1.1 200 ");
    });
  });
});

test("B10: one partner's uploads leave room in the budget for another's", async () => {
  vendor.answerWith(ANSWERS.example);
  const [holder, other] = [
    await createKey(database.url, "holder", "recognize"),
    await createKey(database.url, "other", "recognize"),
  ];
  const start =
    `--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query: RECOGNIZE_UPLOAD, variables: { image: null } })}\r\n` +
    `--b\r\ncontent-disposition: form-data; name="map"\r\n\r\n{"0":["variables.image"]}\r\n` +
    `--b\r\ncontent-disposition: form-data; name="0"; filename="a.jpg"\r\n\r\n`;
  const type = { "content-type": "multipart/form-data; boundary=b", "apollo-require-preflight": "1" };
  const request = Buffer.concat([
    Buffer.from(head({ ...type, authorization: `Bearer ${holder}`, "content-length": String(3 * MIB) }) + start),
    Buffer.alloc(2 * MIB, 7),
  ]);
  const held = await Promise.all(Array.from({ length: 8 }, async () => open(request)));
  // Three times 2 MiB are three quarters of the budget.
  await until("five refused", () => held.filter(({ text }) => text().startsWith("HTTP/1.1 503 ")).length >= 5);
  const photo = Buffer.concat([await fixture("blue"), Buffer.alloc(1.5 * MIB)]);
  const answer = await fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { ...type, authorization: `Bearer ${other}` },
    body: new Uint8Array(Buffer.concat([Buffer.from(start), photo, Buffer.from("\r\n--b--\r\n")])),
  });
  expect(await answer.text()).toContain('"status":"SUCCEEDED"');
  for (const { socket } of held) socket.destroy();
});

describe("what can't be read as a request", () => {
  const head = (size: number): string =>
    `GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${"a".repeat(size)}\r\n\r\n`;

  test.each([
    ["a head that is too large", head(20_000), 431],
    ["no HTTP", "\x16\x03\x01\x02\x00\r\n\r\n", 400],
    ["two lengths", "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na", 400],
  ])("%s is answered that the connection closes, which then closes", async (_name, bytes, status) => {
    const connection = await open(bytes);
    await until("closed", connection.closed);
    expect(connection.text()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(connection.text().toLowerCase()).toContain("\r\nconnection: close\r\n");
  });

  test("a client that keeps its connections loses no request after it", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (cookie: string): Promise<number> =>
      new Promise((resolve, reject) => {
        request(`${server.url}/healthz`, { agent, headers: { cookie } }, (response) => {
          response.resume().once("end", () => resolve(response.statusCode ?? 0));
        })
          .once("error", reject)
          .end();
      });
    try {
      const answers: number[] = [];
      // At once, so that each waits for the connection and is sent on it as soon as it is free.
      await Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          answers.push(await ask(index % 2 === 0 ? "a" : "a".repeat(20_000)));
        }),
      );
      expect(answers.filter((status) => status === 200)).toHaveLength(100);
      expect(answers.filter((status) => status === 431)).toHaveLength(100);
    } finally {
      agent.destroy();
    }
  });
});
