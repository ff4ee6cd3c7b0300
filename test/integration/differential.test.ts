/** Random operations, answered by the server three times and by graphql-js over plain resolvers once: nothing may differ. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from "graphql";
import { difference } from "../differential/comparison.js";
import { generateOperation, type ValuePool } from "../differential/document.generator.js";
import { cursorOf, plainSchema } from "../differential/plain.schema.js";
import { seededRows, storeRows, type SeededRows } from "../differential/seeded.rows.js";
import { graphql } from "../support/graphql-client.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

/** `npm run differential -- --documents 20000 --seed 1` sets both. */
const DOCUMENTS = Number(process.env.DIFFERENTIAL_DOCUMENTS ?? "500");
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? String(Date.now() % 1_000_000));
const AT_ONCE = 6;
const MILLISECONDS_PER_DOCUMENT = 200;

let database: TestDatabase;
let server: TestServer;
let schema: GraphQLSchema;
let plain: GraphQLSchema;
let rows: SeededRows;

beforeAll(async () => {
  database = await createTestDatabase();
  rows = seededRows(1);
  await storeRows(database, rows);
  server = await startServer({ DATABASE_URL: database.url });
  const query = getIntrospectionQuery({
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
  });
  const { data } = await graphql<IntrospectionQuery>(server.url, query);
  schema = buildClientSchema(data);
  plain = plainSchema(data, rows);
});

afterAll(async () => {
  const code = await server.stop();
  await database.drop();
  expect(code).toBe(0);
  expect(server.output()).not.toContain('"level":50');
});

function repeated<Value>(values: readonly Value[], times: number): Value[] {
  return Array.from({ length: times }, () => values).flat();
}

/** Few values of each kind: found and absent ones, and ones that are refused. */
function pool(): ValuePool {
  const ids = [
    ...rows.readings.slice(0, 3).map(({ key }) => `recognition_${key}`),
    ...rows.requests.slice(0, 3).map(({ key }) => `request_${key}`),
    ...["粤A12345", "京B8O0O1"].map((number) => `plate_${Buffer.from(number).toString("base64url")}`),
  ];
  const absent = "recognition_0190a000-0000-7000-8000-00000000ffff";
  const [first, , , , , middle] = rows.readings;
  const cursors = [first, middle].flatMap((row) => (row ? [cursorOf("CAPTURED_AT_DESC", row)] : []));
  const otherCursors = [first, middle].flatMap((row) => (row ? [cursorOf("CONFIDENCE_ASC", row)] : []));
  const [request, , another] = rows.requests;
  const requestCursors = [request, another].flatMap((row) => (row ? [cursorOf("CREATED_AT_DESC", row)] : []));
  const plateCursors = ["2026-03-01T12:00:00.000Z", "2026-03-02T12:00:00.000Z"].map((lastSeenAt) =>
    cursorOf("LAST_SEEN_AT_DESC", { number: "粤A12345", lastSeenAt, firstSeenAt: lastSeenAt, sightings: 1 }),
  );
  return {
    id: [...ids, ...ids, ...ids, ...ids, absent, "zzz", 7],
    ids: [...ids, ...ids, ...ids, absent, "zzz"],
    number: ["粤A12345", "京B8O0O1", "鲁D00000", "川X00000"],
    first: [...repeated([0, 1, 2, 3, 5], 4), 101],
    last: [...repeated([0, 1, 2, 3], 4), -1],
    after: [...repeated(cursors, 8), ...otherCursors, "zzz"],
    before: [...repeated(cursors, 8), ...otherCursors, "zzz"],
    orderBy: [...repeated(["CAPTURED_AT_DESC"], 6), "CAPTURED_AT_ASC", "CONFIDENCE_ASC", "RECOGNIZED_AT_DESC"],
    maxDistance: [0, 1, 1, 2, 2, 2, 3],
    image: ["%%%", "data:image/png,plain"],
    options: [null, {}],
    // Only filters without a condition, which are refused.
    "Mutation.deletePlateRecognitions.filter": [{}, { plateNumber: {} }, { plateNumber: { contains: "" } }],
    "Mutation.deleteRecognitionRequests.filter": [{}, { createdAt: {} }],
    "Mutation.correctPlateRecognition.plateNumber": ["", "粤", "<b>"],
    "PlateNumberFilter.eq": ["粤A12345", "沪B00000"],
    "PlateNumberFilter.startsWith": ["粤", "京B"],
    "PlateNumberFilter.in": ["粤A12345", "京B8O0O1", "x"],
    "DateTimeRange.gte": [
      "2026-03-01T05:00:00Z",
      "2026-03-02T08:00:00+08:00",
      "2026-03-01T00:00:00.5Z",
      "2026-02-30T00:00:00",
    ],
    "DateTimeRange.lt": ["2026-03-02T05:00:00.001Z"],
    "IntRange.lte": [80, 100],
    "PlateRecognitionFilter.color": ["BLUE", "GREEN"],
    "PlateRecognitionFilter.cameraId": ["east", 'we"st', "none"],
    "Query.recognitionRequests.orderBy": [...repeated(["CREATED_AT_DESC"], 6), "CREATED_AT_ASC"],
    "Query.recognitionRequests.after": [...repeated(requestCursors, 8), ...otherCursors, "zzz"],
    "Query.recognitionRequests.before": [...repeated(requestCursors, 8), ...otherCursors, "zzz"],
    "Query.plates.orderBy": [
      ...repeated(["LAST_SEEN_AT_DESC"], 4),
      "SIGHTINGS_DESC",
      "NUMBER_ASC",
      "FIRST_SEEN_AT_ASC",
    ],
    "Query.plates.after": [...repeated(plateCursors, 8), ...otherCursors, "zzz"],
    "Query.plates.before": [...repeated(plateCursors, 8), ...otherCursors, "zzz"],
    "PlateFilter.province": ["粤", "京", "藏"],
    "IntRange.gte": [0, 3, 50, 80],
    "RecognitionRequestFilter.status": ["SUCCEEDED", "FAILED", "NO_PLATE"],
    "RecognitionRequestFilter.engine": ["LOCAL", "JUHE"],
    "RecognitionRequestFilter.errorCode": ["INVALID_IMAGE", "RECOGNIZER_MISCONFIGURED", "SERVER_BUSY"],
    "RecognitionRequestFilter.externalReference": [request?.externalReference ?? "none", "none"],
    "RecognitionRequestFilter.cameraId": ["east", 'we"st', "none"],
    "RecognitionRequestFilter.imageSha256": [...repeated([request?.sha256.toUpperCase()], 6), "zzz"],
  };
}

test(
  `${DOCUMENTS} operations from seed ${SEED}`,
  async () => {
    const values = pool();
    const differences: string[] = [];
    const outcomes = { data: 0, errors: 0, limited: 0 };
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < DOCUMENTS && differences.length < 10) {
        const seed = SEED * 1_000_003 + next++;
        const { outcome, text } = await difference(server.url, plain, generateOperation(schema, values, seed));
        outcomes[outcome] += 1;
        if (text !== null) differences.push(`seed ${seed}: ${text}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    process.stdout.write(`differential: seed ${SEED}, ${JSON.stringify(outcomes)}\n`);
    expect(differences.join("\n\n")).toBe("");
    // Most operations must run for the comparison to mean anything.
    expect(outcomes.data).toBeGreaterThan(DOCUMENTS * 0.3);
    expect(outcomes.limited).toBeLessThan(DOCUMENTS * 0.05);
  },
  60_000 + DOCUMENTS * MILLISECONDS_PER_DOCUMENT,
);
