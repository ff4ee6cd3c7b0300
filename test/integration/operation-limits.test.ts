import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { getIntrospectionQuery, parse } from "graphql";
import { documentStore } from "../../src/graphql/document.store.js";
import { fixture, graphql, WHITE_PIXEL } from "../support/graphql-client.js";
import { HOSTILE } from "../support/hostile-documents.js";
import { slownessBeside } from "../support/slowness.js";
import { storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

/** The bound of the issue on one pause of the event loop, in milliseconds on a free machine. */
const MAX_STALL_MS = 250;
/** The bound of the issue on another caller's query meanwhile. */
const MAX_WAIT_MS = 1_000;

let database: TestDatabase;
let server: TestServer;

beforeAll(async () => {
  database = await createTestDatabase();
  await storeReadings(
    database,
    Array.from({ length: 300 }, (_, i) => ({
      plateNumber: `粤A1${String(i % 30).padStart(4, "0")}`,
      capturedAt: new Date(Date.UTC(2026, 2, 1) + i * 3_600_000).toISOString(),
    })),
  );
  server = await startServer({ DATABASE_URL: database.url });
  // The first requests load and optimise code.
  for (let i = 0; i < 30; i += 1) await graphql(server.url, `{ plateRecognitions(first: ${i}) { nodes { id } } }`);
});

afterAll(async () => {
  expect(server.output()).not.toContain('"level":50');
  expect(await server.stop()).toBe(0);
  await database.drop();
});

/** The longest answer to a series of small queries of another caller, for as long as `work` takes, in milliseconds. */
async function longestWait(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let done = false;
  const other = (async () => {
    while (!done) {
      const started = performance.now();
      const { data } = await graphql<{ plate: unknown }>(
        server.url,
        `
          {
            plate(number: "粤A10001") {
              number
            }
          }
        `,
      );
      expect(data.plate).toEqual({ number: "粤A10001" });
      longest = Math.max(longest, performance.now() - started);
    }
  })();
  await work();
  done = true;
  await other;
  return longest;
}

/** The longest pause of the server's event loop since the last call, in milliseconds, as `/metrics` has it. */
async function longestStall(): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const [, seconds] = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(text) ?? [];
  return Number(seconds) * 1000;
}

describe("hostile operations are refused with their code, and others are served meanwhile", () => {
  test.each(HOSTILE)("%s", async (_name, { query, variables }, code) => {
    // A document that comes again takes another way. The best of the runs counts, and times are those of a free machine: other programs share the cores.
    const runs: { wait: number; stall: number }[] = [];
    const isHeld = (): boolean => runs.some(({ wait, stall }) => wait < MAX_WAIT_MS && stall < MAX_STALL_MS);
    while (runs.length < 3 || (runs.length < 6 && !isHeld())) {
      let answer: Awaited<ReturnType<typeof graphql>> | undefined;
      const ask = async (): Promise<void> => {
        answer = await graphql(server.url, query, variables);
      };
      await longestStall();
      const { answer: times, slowness } = await slownessBeside(async () => ({
        wait: await longestWait(ask),
        stall: await longestStall(),
      }));
      runs.push({ wait: times.wait / slowness, stall: times.stall / slowness });
      const [error] = answer?.errors ?? [];
      expect(error?.extensions).toMatchObject({ code, retryable: false });
      // Request errors have status 200 as application/json (GraphQL over HTTP); limits are refused with a status of their own.
      expect(code.startsWith("OPERATION_") ? [400, 413] : [200]).toContain(answer?.status);
      expect(error?.message.length).toBeLessThan(600);
      if (code.startsWith("OPERATION_")) {
        const { limit, requested } = error?.extensions as unknown as { limit: number; requested: number };
        expect(requested).toBeGreaterThan(limit);
      }
    }
    expect(isHeld() ? [] : runs).toEqual([]);
  });
});

const NODES =
  "nodes { id plateNumber province color type confidence brightness direction capturedAt recognizedAt cameraId engine request { id status createdAt image { sha256 } } }";

describe("ordinary operations pass with the limits as they come", () => {
  test.each<[string, string, Record<string, unknown>?]>([
    [
      "introspection, as tools ask for it",
      getIntrospectionQuery({
        descriptions: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        inputValueDeprecation: true,
      }),
    ],
    [
      "a page of 100 with their requests",
      `{ plateRecognitions(first: 100) { totalCount pageInfo { endCursor } ${NODES} } }`,
    ],
    [
      "the history of each plate of a page of 20",
      `{ plateRecognitions(first: 20) { nodes { id plate { number sightings recognitions(first: 20) { ${NODES} } } } } }`,
    ],
    ["a plate's history", `{ plate(number: "粤A10001") { number recognitions(first: 100) { totalCount ${NODES} } } }`],
    ["statistics by the hour", `{ recognitionStats(interval: HOUR) { start count distinctPlates averageConfidence } }`],
    [
      "a board of statistics, totals and likeness",
      `{ a: recognitionStats(interval: DAY, filter: { capturedAt: { gte: "2026-03-01T00:00:00Z", lt: "2026-04-01T00:00:00Z" } }) { start count }
         b: plateRecognitions(first: 10) { totalCount ${NODES} } similarPlates(number: "粤A10001") { distance plate { number } } }`,
    ],
    [
      "a document as Relay writes it",
      `query Page($count: Int!, $cursor: String) { ...List_query }
       fragment List_query on Query { plateRecognitions(first: $count, after: $cursor) { edges { cursor node { __typename id ...Row_reading } } pageInfo { endCursor hasNextPage } } }
       fragment Row_reading on PlateRecognition { id plateNumber confidence plate { number ...Plate_plate } request { id ...Request_request } }
       fragment Plate_plate on Plate { number sightings firstSeenAt lastSeenAt } fragment Request_request on RecognitionRequest { id status engine }`,
      { count: 50 },
    ],
    [
      "100 nodes by id",
      `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on PlateRecognition { plateNumber request { id } plate { number } } } }`,
      { ids: Array.from({ length: 100 }, () => "recognition_00000000-0000-7000-8000-000000000000") },
    ],
    [
      "1,000 plates in a filter",
      `query ($in: [String!]) { plateRecognitions(filter: { plateNumber: { in: $in } }) { nodes { id } } }`,
      { in: Array.from({ length: 1_000 }, (_, i) => `粤A1${i}`) },
    ],
  ])("%s", async (_name, query, variables = {}) => {
    const { errors, data } = await graphql(server.url, query, variables);
    expect(errors).toBeUndefined();
    expect(Object.keys(data).length).toBeGreaterThan(0);
  });

  test("a base64 image is not counted among the variables", async () => {
    const image = Buffer.concat([await fixture("blue"), Buffer.alloc(400_000)]).toString("base64");
    const query = "mutation ($image: String!) { recognizeBase64(image: $image) { request { status } } }";
    const { data } = await graphql<{ recognizeBase64: unknown }>(server.url, query, { image });
    expect(data.recognizeBase64).toEqual({ request: { status: "SUCCEEDED" } });
    const other = await graphql(server.url, query, { image: WHITE_PIXEL, other: image });
    expect(other.errors?.[0]?.extensions.code).toBe("OPERATION_TOO_LARGE");
  });
});

describe("a base64 image written as a literal", () => {
  const literal = (image: string): string => `mutation { recognizeBase64(image: ${image}) { request { status } } }`;
  const long = (bytes: Buffer): string => Buffer.concat([bytes, Buffer.alloc(150_000)]).toString("base64");

  test("of 200 KB is not counted as text of the document, each time it comes", async () => {
    const text = long(await fixture("blue"));
    expect(text.length).toBeGreaterThan(200_000);
    for (const image of [`"${text}"`, `"""${text}"""`, `"${text}"`]) {
      const { data, errors } = await graphql(server.url, literal(image));
      expect(errors).toBeUndefined();
      expect(data).toEqual({ recognizeBase64: { request: { status: "SUCCEEDED" } } });
    }
  });

  test.each([
    ["another argument", `{ node(id: "${"x".repeat(200_000)}") { id } }`],
    ["a comment", `{ __typename } # image: "${"x".repeat(200_000)}"`],
    ["a quote within a comment before it", `{ __typename # " image:\n node(id: "${"x".repeat(200_000)}") { id } }`],
    [
      "a string that holds the name",
      `{ plate(number: "image:") { number } node(id: "${"x".repeat(200_000)}") { id } }`,
    ],
    [
      "70 literals",
      `mutation { ${Array.from({ length: 70 }, (_, i) => `a${i}: recognizeBase64(image: "${"x".repeat(2_000)}") { reused }`).join(" ")} }`,
    ],
    ["quotes without end", `{ node(id: ${'"\\"'.repeat(50_000)}`],
  ])("counts as text: %s", async (_name, query) => {
    const waits: number[] = [];
    while (waits.length < 3 && !(Math.min(...waits) < MAX_WAIT_MS)) {
      const { answer: took, slowness } = await slownessBeside(async () => {
        const started = performance.now();
        const { errors } = await graphql(server.url, query);
        expect(errors?.[0]?.extensions.code).toBe("OPERATION_TOO_LARGE");
        return performance.now() - started;
      });
      waits.push(took / slowness);
    }
    expect(Math.min(...waits)).toBeLessThan(MAX_WAIT_MS);
  });

  test("is not kept in the cache of documents", async () => {
    const store = documentStore(64 * 1024);
    const [short, tall] = [parse("{ __typename }"), parse(literal(`"${"x".repeat(100_000)}"`))];
    await store.set("short", short);
    await store.set("tall", tall);
    expect(await store.get("short")).toBe(short);
    expect(await store.get("tall")).toBeUndefined();
  });
});

describe("the cost of an operation", () => {
  async function costOf(query: string, variables: Record<string, unknown> = {}): Promise<number> {
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables, extensions: { cost: true } }),
    });
    const { extensions } = (await response.json()) as { extensions: { cost: { requested: number; limit: number } } };
    expect(extensions.cost.limit).toBe(100_000);
    return extensions.cost.requested;
  }

  test("is told only when it is asked for", async () => {
    expect(await costOf("{ __typename }")).toBe(1);
    expect(await graphql(server.url, "{ __typename }")).toEqual({ status: 200, data: { __typename: "Query" } });
  });

  test("grows with the page, by literals, variables and defaults alike", async () => {
    const literal = await costOf("{ plateRecognitions(first: 80) { nodes { id } } }");
    const query = "query ($n: Int = 80) { plateRecognitions(first: $n) { nodes { id } } }";
    expect(await costOf(query)).toBe(literal);
    expect(await costOf(query, { n: 80 })).toBe(literal);
    expect(await costOf(query, { n: 40 })).toBeLessThan(literal);
    expect(await costOf("{ plateRecognitions { nodes { id } } }")).toBe(
      await costOf(
        "{ plateRecognitions(last: 20) { ...C } } fragment C on PlateRecognitionConnection { nodes { ... { id } } }",
      ),
    );
  });

  test("is told with a refusal too", async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: HOSTILE[0]?.[1].query, extensions: { cost: true } }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ extensions: { cost: { limit: 100_000 } } });
  });
});
