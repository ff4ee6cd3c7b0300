import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { graphql } from "../support/graphql-client.js";
import { storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

let database: TestDatabase;
let server: TestServer;
let id: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const [first] = await storeReadings(database, [
    { plateNumber: "粤A12345", capturedAt: "2026-03-01T00:00:00.120Z" },
    { plateNumber: '粤A1\\2"3', capturedAt: "2026-03-02T00:00:00Z", confidence: 0 },
    { plateNumber: "京B\u2028\n1", capturedAt: "2026-03-03T10:20:30.5Z" },
  ]);
  id = `recognition_${first ?? ""}`;
  server = await startServer({ DATABASE_URL: database.url });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await database.drop();
});

/** The first run of a document is graphql-js's own, the later ones are compiled. */
/** The answers but for the requests' ids, which differ. */
async function thrice(query: string, variables: Record<string, unknown> = {}) {
  const answers = [];
  for (let run = 0; run < 3; run += 1) {
    const answer = await graphql<Record<string, unknown>>(server.url, query, variables);
    for (const { extensions } of answer.errors ?? []) {
      expect(extensions.requestId).toMatch(/^[\da-f-]{36}$/);
      delete extensions.requestId;
    }
    answers.push(answer);
  }
  return answers;
}

const READING = `id plateNumber province color type confidence brightness direction capturedAt recognizedAt cameraId engine
  boundingBox { left top right bottom }`;

describe("a compiled operation answers as graphql-js does", () => {
  test.each<[string, string, Record<string, unknown>?]>([
    [
      "every field",
      `{ plateRecognitions { totalCount nodes { ${READING} } edges { cursor } pageInfo { endCursor hasNextPage } } }`,
    ],
    [
      "nested both ways",
      `{ plateRecognitions { nodes { request { id status image { sha256 } recognitions { id } } plate { number sightings } } } }`,
    ],
    [
      "aliases and one field merged from two places",
      `{ a: plateRecognitions(first: 1) { nodes { id } nodes { request { id } } } b: plateRecognitions(last: 1) { nodes { plateNumber } } }`,
    ],
    [
      "fragments on an interface",
      `query ($id: ID!) { node(id: $id) { __typename id ...F ... on RecognitionRequest { status } } } fragment F on PlateRecognition { plateNumber request { id } }`,
      { id: "ID" },
    ],
    [
      "@include and @skip by variables",
      `query ($yes: Boolean!, $no: Boolean!) { plateRecognitions(first: 1) { nodes { id @skip(if: $yes) plateNumber @include(if: $yes) request @include(if: $no) { id } } } }`,
      { yes: true, no: false },
    ],
    [
      "default values and nulls",
      `query ($first: Int = 2, $filter: PlateRecognitionFilter = { confidence: { gte: 1 } }) { plateRecognitions(first: $first, filter: $filter, orderBy: null) { nodes { plateNumber } } }`,
    ],
    [
      "introspection",
      `{ __schema { queryType { name } types { name kind fields { name } } } __type(name: "PlateColor") { enumValues { name } } }`,
    ],
    [
      "nothing there",
      `{ plate(number: "none") { number } recognitionStats(interval: DAY, filter: { color: [] }) { start } }`,
    ],
    [
      "statistics and likeness",
      `{ recognitionStats(interval: MONTH) { start count averageConfidence } similarPlates(number: "粤A12346") { distance plate { number recognitions { nodes { id } } } } }`,
    ],
  ])("%s", async (_name, query, variables = {}) => {
    const [plain, second, third] = await thrice(query, "id" in variables ? { id } : variables);
    expect(plain?.errors).toBeUndefined();
    expect(second).toEqual(plain);
    expect(third).toEqual(plain);
  });

  test.each<[string, string, Record<string, unknown>?]>([
    ["an argument out of range", `{ plateRecognitions(first: 101) { nodes { id } } }`],
    [
      "one field fails, its neighbour does not",
      `{ plateRecognition(id: "nonsense") { id } plate(number: "粤A12345") { number } }`,
    ],
    [
      "a failure deep inside",
      `{ plate(number: "粤A12345") { number recognitions(first: 1, last: 1) { nodes { id } } } }`,
    ],
    [
      "a variable of the wrong kind",
      `query ($first: Int) { plateRecognitions(first: $first) { nodes { id } } }`,
      { first: "many" },
    ],
    ["a variable that is missing", `query ($id: ID!) { plateRecognition(id: $id) { id } }`],
    [
      "a date that is none",
      `query ($at: DateTime) { plateRecognitions(filter: { capturedAt: { gte: $at } }) { nodes { id } } }`,
      { at: "2026-02-30T00:00:00Z" },
    ],
    [
      "an unknown enum value",
      `query ($order: PlateRecognitionOrder) { plateRecognitions(orderBy: $order) { nodes { id } } }`,
      { order: "RANDOM" },
    ],
    ["a mutation that is refused", `mutation { recognizeBase64(image: "%%%") { reused } }`],
  ])("in errors too: %s", async (_name, query, variables = {}) => {
    const [plain, second, third] = await thrice(query, variables);
    expect(["BAD_USER_INPUT", "INVALID_IMAGE"]).toContain(plain?.errors?.[0]?.extensions.code);
    expect(second).toEqual(plain);
    expect(third).toEqual(plain);
  });
});

test("operations of one document are told apart by name", async () => {
  const query = `query A { plate(number: "粤A12345") { number } } query B { plate(number: "粤A12345") { sightings } }`;
  for (const [operationName, data] of Object.entries({ A: { number: "粤A12345" }, B: { sightings: 1 } }).flatMap(
    (each) => [each, each, each],
  )) {
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, operationName }),
    });
    expect(await response.json()).toEqual({ data: { plate: data } });
  }
});
