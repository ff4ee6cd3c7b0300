/** An erasure answers within its time with what went, whatever other transactions hold, and goes on when it is called again. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import pg from "pg";
import { ERASE_WITHIN_MS } from "../../src/recognitions/erasure.service.js";
import { graphql, type GraphQLAnswer } from "../support/graphql-client.js";
import { storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

/** For the way there, the last batch and a busy machine. */
const ROOM_MS = 5_000;

let database: TestDatabase;
let server: TestServer;
/** The session whose transaction holds a record. */
let holder: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startServer({ DATABASE_URL: database.url, RATE_LIMIT_PER_MINUTE: "0" });
  holder = new pg.Client({ connectionString: database.url });
  await holder.connect();
});

afterAll(async () => {
  await holder.end();
  expect(await server.stop()).toBe(0);
  await database.drop();
});

type Answer = GraphQLAnswer<{ deletePlateRecognitions: number; deleteRecognitionRequests: number }>;

const eraseReadings = (): Promise<Answer> =>
  graphql(
    server.url,
    'mutation { deletePlateRecognitions(filter: { plateNumber: { startsWith: "琼A" }, confidence: { gte: 50 } }) }',
  );
const eraseRequests = (): Promise<Answer> =>
  graphql(server.url, 'mutation { deleteRecognitionRequests(filter: { externalReference: "held" }) }');

const minute = (n: number): string => new Date(Date.parse("2026-05-01T00:00:00.000Z") + n * 60_000).toISOString();

test("what went within 10 s is answered while another transaction holds the next reading; where nothing went, the call fails and may be repeated", async () => {
  const ids = await storeReadings(
    database,
    Array.from({ length: 250 }, (_, n) => ({ plateNumber: `琼A${10_000 + (n % 50)}`, capturedAt: minute(n) })),
  );
  await storeReadings(database, [{ plateNumber: "琼B10000", capturedAt: minute(0) }]);
  await database.query(
    `UPDATE recognition_requests SET external_reference = 'held' WHERE id IN
        (SELECT request_id FROM plate_recognitions WHERE plate_number = '琼B10000')`,
  );
  await holder.query("BEGIN");
  // In the second batch of a hundred, and in the first of the requests.
  await holder.query("SELECT FROM plate_recognitions WHERE id = $1 FOR UPDATE", [ids[150]]);
  await holder.query("SELECT FROM recognition_requests WHERE external_reference = 'held' FOR UPDATE");
  const started = performance.now();
  const answers = Promise.all([eraseReadings(), eraseRequests()]);
  const waiting = async (): Promise<number> => {
    const [row] = await database.query<{ count: number }>(
      "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return row?.count ?? 0;
  };
  while ((await waiting()) < 2) await new Promise((resolve) => setTimeout(resolve, 50));
  // Both wait; readings of the same plates are stored meanwhile.
  let answered = false;
  void answers.finally(() => (answered = true));
  await storeReadings(database, [{ plateNumber: "琼A10000", capturedAt: minute(300), confidence: 40 }]);
  expect(answered).toBe(false);
  const [readings, requests] = await answers;
  const took = performance.now() - started;
  expect(took).toBeGreaterThan(ERASE_WITHIN_MS - 500);
  expect(took).toBeLessThan(ERASE_WITHIN_MS + ROOM_MS);
  expect([readings.errors, readings.data.deletePlateRecognitions]).toEqual([undefined, 100]);
  expect(requests.errors?.map(({ extensions }) => extensions)).toMatchObject([
    { code: "SERVER_BUSY", retryable: true },
  ]);
  await holder.query("ROLLBACK");

  expect((await eraseReadings()).data.deletePlateRecognitions).toBe(150);
  expect((await eraseReadings()).data.deletePlateRecognitions).toBe(0);
  expect((await eraseRequests()).data.deleteRecognitionRequests).toBe(1);
  expect((await eraseRequests()).data.deleteRecognitionRequests).toBe(0);
  const audit = await database.query<{ action: string; affected: number }>(
    "SELECT action, affected FROM audit_entries WHERE affected > 0 ORDER BY id",
  );
  expect(audit).toEqual([
    { action: "RECOGNITIONS_ERASED", affected: 100 },
    { action: "RECOGNITIONS_ERASED", affected: 150 },
    { action: "REQUESTS_ERASED", affected: 1 },
  ]);
  expect(await database.query("SELECT number, sightings FROM plates WHERE number LIKE '琼%'")).toEqual([
    { number: "琼A10000", sightings: 1 },
  ]);
});
