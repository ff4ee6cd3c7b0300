/** Transactions that hand out stores, on a real database. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";
import { MIGRATIONS } from "../../migrations/index.js";
import { withDataSource } from "../../src/database/data-source.js";
import { Database } from "../../src/database/database.js";
import { tablesOf } from "../../src/database/entity.table.js";
import { number } from "../../src/database/statement.js";
import { ENTITIES } from "../../src/entities.js";
import {
  RecognitionStore,
  type NewRecognition,
  type NewRequest,
} from "../../src/recognitions/store/recognition.store.js";
import { RecognitionTables } from "../../src/recognitions/store/recognition.tables.js";
import { BUILT_IN_PARTNER } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";

const quiet = { warn: () => undefined, error: () => undefined };

let store: TestDatabase;
let database: Database;
let tables: RecognitionTables;
let statements = 0;

beforeAll(async () => {
  store = await createTestDatabase();
  const { url } = store;
  const options = { url, poolSize: 1, logger: quiet, entities: ENTITIES, migrations: MIGRATIONS };
  tables = await withDataSource(options, async (dataSource) => new RecognitionTables(tablesOf(dataSource)));
  database = new Database(
    { url, replicaUrls: [], poolSize: 2, reportPoolSize: 1, connectTimeoutMs: 10_000, statementTimeoutMs: 0 },
    quiet,
    () => {
      statements += 1;
      return () => undefined;
    },
  );
});

afterAll(async () => {
  await database.close();
  await store.drop();
});

function requestOf(externalReference: string): NewRequest {
  return {
    partnerId: BUILT_IN_PARTNER,
    id: uuidv7(),
    status: "SUCCEEDED",
    engine: "LOCAL",
    source: "UPLOAD",
    imageSha256: Buffer.alloc(32, 7),
    imageByteSize: 9,
    imageFormat: "PNG",
    imageWidth: 3,
    imageHeight: 3,
    orderId: null,
    juheErrorCode: null,
    errorCode: null,
    fallbackReason: null,
    externalReference,
    rawAnswer: { text: "粤", list: [1, null] },
    durationMs: 1,
    createdAt: new Date(),
    cameraId: null,
  };
}

function readingsOf(request: NewRequest, count: number): NewRecognition[] {
  return Array.from({ length: count }, (_, rank) => ({
    partnerId: request.partnerId,
    id: uuidv7(),
    requestId: request.id,
    rank,
    plateNumber: `${request.externalReference}${rank}`,
    province: null,
    color: "BLUE",
    type: "BLUE",
    confidence: 90,
    brightness: null,
    direction: "UNKNOWN",
    boxLeft: 1,
    boxTop: 2,
    boxRight: 3,
    boxBottom: 4,
    capturedAt: request.createdAt,
    recognizedAt: request.createdAt,
    cameraId: null,
    engine: "LOCAL",
    readPlateNumber: null,
  }));
}

const inTransaction = <Result>(
  work: (stores: { recognitions: RecognitionStore; count: () => Promise<number> }) => Result | Promise<Result>,
) =>
  database.transactions((transaction) => ({
    recognitions: new RecognitionStore(transaction, tables),
    count: async () => {
      const [count] = await transaction.rows({
        text: `SELECT count(*)::int FROM ${tables.fromRecognitions}`,
        values: [],
        read: ([value]) => number(value),
      });
      return count ?? 0;
    },
  }))("client", work);

async function stored(reference: string): Promise<{ requests: number; ranks: number[] }> {
  const requests = await store.query("SELECT FROM recognition_requests WHERE external_reference = $1", [reference]);
  const rows = await store.query<{ rank: number }>(
    "SELECT p.rank FROM plate_recognitions p JOIN recognition_requests r ON r.id = p.request_id WHERE r.external_reference = $1 ORDER BY 1",
    [reference],
  );
  return { requests: requests.length, ranks: rows.map(({ rank }) => rank) };
}

test.each([
  ["none", 0, 1],
  ["one", 1, 1],
  ["eight", 8, 1],
  // BEGIN, the request with 8 readings, 64 and 1 more, COMMIT.
  ["seventy-three", 73, 5],
  // The rest of 5,000 is 78 times 64.
  ["five thousand", 5_000, 81],
])("C6: a request with %s of readings, in as few statements", async (reference, count, expected) => {
  const request = requestOf(reference);
  statements = 0;
  await inTransaction(({ recognitions }) => {
    recognitions.add(request, readingsOf(request, count));
  });
  expect(await stored(reference)).toEqual({ requests: 1, ranks: Array.from({ length: count }, (_, rank) => rank) });
  expect(statements).toBe(expected);
});

test("C6: what may be stored already is stored once, and counted once", async () => {
  const request = requestOf("again");
  const readings = readingsOf(request, 20);
  await inTransaction(({ recognitions }) => {
    recognitions.add(request, readings);
  });
  await inTransaction(({ recognitions }) => {
    recognitions.add(request, readings, { again: true });
  });
  expect((await stored("again")).ranks).toHaveLength(20);
  expect(await store.query("SELECT sightings FROM plates WHERE number = 'again7'")).toEqual([{ sightings: 1 }]);
});

test("what is asked within a transaction sees what was added, and nothing is stored when the work throws", async () => {
  const request = requestOf("thrown");
  const work = inTransaction(async ({ recognitions, count }) => {
    const before = await count();
    recognitions.add(request, readingsOf(request, 3));
    expect(await count()).toBe(before + 3);
    throw new Error("no");
  });
  await expect(work).rejects.toThrow("no");
  expect(await stored("thrown")).toEqual({ requests: 0, ranks: [] });
});

test("a statement that PostgreSQL refuses undoes the others", async () => {
  const [good, bad] = [requestOf("good"), requestOf("bad")];
  const work = inTransaction(({ recognitions }) => {
    recognitions.add(good, readingsOf(good, 1));
    recognitions.add({ ...bad, id: good.id }, []);
  });
  await expect(work).rejects.toMatchObject({ code: "23505" });
  expect(await stored("good")).toEqual({ requests: 0, ranks: [] });
});

test("a request of a partner that is not there is refused", async () => {
  const request = { ...requestOf("nobody's"), partnerId: uuidv7() };
  const work = inTransaction(({ recognitions }) => {
    recognitions.add(request, []);
  });
  await expect(work).rejects.toMatchObject({ code: "23503" });
});
