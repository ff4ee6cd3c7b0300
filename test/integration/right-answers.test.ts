/** Answers that version 0.1.0 got wrong, by their number in the audit. */
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { graphql, WHITE_PIXEL } from "../support/graphql-client.js";
import { BUILT_IN_PARTNER, storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";
import { JuheStandIn } from "../support/juhe-stand-in.js";
import { ANSWERS } from "../support/juhe-answers.js";

const PLATE = "粤A12345";
const UNKNOWN_ID = "recognition_00000000-0000-7000-8000-000000000000";

let database: TestDatabase;
let vendor: JuheStandIn;
let server: TestServer;
let id: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const [first] = await storeReadings(database, [{ plateNumber: PLATE, capturedAt: "2026-03-01T00:00:00Z" }]);
  id = `recognition_${first ?? ""}`;
  await database.query(
    "UPDATE plate_recognitions SET box_left = 1, box_top = 2, box_right = 3, box_bottom = 4 WHERE partner_id = $1",
    [BUILT_IN_PARTNER],
  );
  vendor = await JuheStandIn.start();
  server = await startServer({ DATABASE_URL: database.url, JUHE_KEY: vendor.key, JUHE_BASE_URL: vendor.baseUrl });
});

afterAll(async () => {
  const code = await server.stop();
  await vendor.close();
  await database.drop();
  expect(code).toBe(0);
  expect(server.output()).not.toContain('"level":50');
});

async function thrice(query: string, variables: Record<string, unknown> = {}) {
  const answers = [];
  for (let run = 0; run < 3; run += 1)
    answers.push(await graphql<Record<string, unknown>>(server.url, query, variables));
  return answers;
}

describe("A1: fragments shared by fields that select different things", () => {
  test("a box that only one of two fields asks for", async () => {
    const query = `query { a: plate(number: "${PLATE}") { ...R } b: plate(number: "${PLATE}") { ...R recognitions { nodes { boundingBox { left } } } } }
      fragment R on Plate { recognitions { nodes { plateNumber } } }`;
    for (const { data, errors } of await thrice(query)) {
      expect(errors).toBeUndefined();
      expect(data).toEqual({
        a: { recognitions: { nodes: [{ plateNumber: PLATE }] } },
        b: { recognitions: { nodes: [{ plateNumber: PLATE, boundingBox: { left: 1 } }] } },
      });
    }
  });

  test("two operations of which one selects the request's image", async () => {
    const query = `query A { ...F } query B { ...F plateRecognitions { nodes { request { image { width } } } } }
      fragment F on Query { plateRecognitions { nodes { request { status } } } }`;
    for (const operationName of ["A", "B", "A", "B", "B"]) {
      const response = await fetch(`${server.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query, operationName }),
      });
      const image = operationName === "B" ? { image: { width: 9 } } : {};
      const request = { status: "SUCCEEDED", ...image };
      expect(await response.json()).toEqual({ data: { plateRecognitions: { nodes: [{ request }] } } });
    }
  });
});

describe("A2: directives, on every run of a document", () => {
  test.each([
    [
      `{ plateRecognition(id: "ID") { ...F @skip(if: true) ...F } } fragment F on PlateRecognition { direction }`,
      { plateRecognition: { direction: "UNKNOWN" } },
    ],
    [
      `query ($b: Boolean = false) { plateRecognition(id: "ID") { ...F @include(if: $b) ...F } } fragment F on PlateRecognition { direction }`,
      { plateRecognition: { direction: "UNKNOWN" } },
    ],
    [
      `{ ...F @skip(if: true) ...F } fragment F on Query { plate(number: "${PLATE}") { sightings } }`,
      { plate: { sightings: 1 } },
    ],
    [
      `{ plateRecognitions { pageInfo @include(if: false) { ...G } ... on PlateRecognitionConnection { pageInfo { hasNextPage } } } } fragment G on PageInfo { startCursor }`,
      { plateRecognitions: { pageInfo: { hasNextPage: false } } },
    ],
  ])("%s", async (query, data) => {
    for (const answer of await thrice(query.replace("ID", id))) expect(answer).toEqual({ status: 200, data });
  });

  test("null for a variable with a default is an error each time", async () => {
    const query = `query ($b: Boolean = true) { plate(number: "${PLATE}") { sightings @include(if: $b) number } }`;
    for (const { errors, data } of await thrice(query, { b: null })) {
      expect(errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
      expect(data).toEqual({ plate: null });
    }
  });
});

test("A3: what a mutation selects shows what it wrote, after an earlier one selected the same", async () => {
  vendor.answerWith(ANSWERS.example);
  const one = "recognizeBase64(image: $image) { recognitions { plate { number sightings } } }";
  const { data, errors } = await graphql<Record<string, unknown>>(
    server.url,
    `mutation ($image: String!) { a: ${one} b: ${one} c: ${one} }`,
    { image: WHITE_PIXEL },
  );
  expect(errors).toBeUndefined();
  const seen = (sightings: number) => ({ recognitions: [{ plate: { number: "粤TNT444", sightings } }] });
  expect(data).toEqual({ a: seen(1), b: seen(2), c: seen(3) });
});

test("A7: a bad id among `nodes` is null in its place, with an error at its path", async () => {
  for (const { data, errors } of await thrice(`{ nodes(ids: ["${id}", "zzz", "${UNKNOWN_ID}"]) { id } }`)) {
    expect(data).toEqual({ nodes: [{ id }, null, null] });
    expect(errors).toMatchObject([{ path: ["nodes", 1], extensions: { code: "BAD_USER_INPUT", retryable: false } }]);
  }
});

test("A8, B3: errors quote at most some hundred characters of a caller's text", async () => {
  const long = "x".repeat(60_000);
  for (const query of [
    "query ($text: ID!) { node(id: $text) { id } }",
    "query ($text: String!) { plateRecognitions(after: $text) { nodes { id } } }",
    "query ($text: String!) { recognitionStats(interval: DAY, timeZone: $text) { count } }",
    "query ($text: DateTime!) { plateRecognitions(filter: { capturedAt: { gte: $text } }) { nodes { id } } }",
    "query ($text: Int!) { plateRecognitions(first: $text) { nodes { id } } }",
  ]) {
    const { errors } = await graphql(server.url, query, { text: long });
    expect(errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
    expect(errors?.[0]?.message.length).toBeLessThan(600);
  }
});

test("B5: no further recognition starts once the caller has gone", async () => {
  let release = (): void => undefined;
  const called = new Promise<void>((resolve) => (release = resolve));
  const before = vendor.requests.length;
  vendor.answerWith(() => {
    release();
    return ANSWERS.slowDrip;
  });
  const body = JSON.stringify({
    query: `mutation ($i: String!) { ${Array.from({ length: 8 }, (_, n) => `a${n}: recognizeBase64(image: $i) { reused }`).join(" ")} }`,
    variables: { i: WHITE_PIXEL },
  });
  const outgoing = httpRequest(`${server.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  outgoing.on("error", () => undefined);
  outgoing.end(body);
  await called;
  outgoing.destroy();
  vendor.answerWith(ANSWERS.example);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(vendor.requests.length - before).toBeLessThanOrEqual(2);
});

describe("C10: faults of the request are the caller's errors", () => {
  test.each<[string, string, Record<string, unknown>?]>([
    ["a subscription where there are none", "subscription { x }"],
    [
      "null for a variable with a default in a non-null place",
      `query ($i: ID = "${UNKNOWN_ID}") { node(id: $i) { id } }`,
      { i: null },
    ],
    [
      "a chain of fragments",
      `{ ...F0 } ${Array.from({ length: 5_000 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} }`).join(" ")} fragment F5000 on Query { __typename }`,
    ],
    ["an unknown operation", "query A { __typename } query B { __typename }"],
  ])("%s", async (_name, query, variables = {}) => {
    for (const { status, errors } of await thrice(query, variables)) {
      expect([
        "BAD_USER_INPUT",
        "GRAPHQL_VALIDATION_FAILED",
        "OPERATION_TOO_LARGE",
        "OPERATION_RESOLUTION_FAILURE",
      ]).toContain(errors?.[0]?.extensions.code);
      expect(status).toBeLessThan(500);
    }
  });
});
