import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { LOOK_ALIKES, plateDistance } from "../../src/plates/plate.distance.js";
import { graphql } from "../support/graphql-client.js";
import { BUILT_IN_PARTNER, storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

const STRANGER = "00000000-0000-7000-8000-000000000002";
const AT = Date.parse("2026-03-01T00:00:00.000Z");
const at = (minute: number): string => new Date(AT + minute * 60_000).toISOString();

let database: TestDatabase;
let server: TestServer;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query("INSERT INTO partners VALUES ($1, 'stranger')", [STRANGER]);
  server = await startServer({ DATABASE_URL: database.url });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await database.drop();
});

interface Match {
  distance: number;
  plate: { number: string; sightings: number };
}

async function similar(variables: Record<string, unknown>) {
  const query = `query ($number: String!, $maxDistance: Float, $first: Int) {
    similarPlates(number: $number, maxDistance: $maxDistance, first: $first) { distance plate { number sightings } } }`;
  return graphql<{ similarPlates: Match[] }>(server.url, query, variables);
}

describe("plates like one", () => {
  const character = fc.constantFrom(..."01OD8BS5");
  const province = fc.constantFrom(..."粤晋鲁京浙湘");
  const numbers = fc
    .tuple(province, fc.constantFrom("A", "B"), fc.string({ unit: character, minLength: 4, maxLength: 5 }))
    .map((parts) => parts.join(""));
  let stored: string[];

  beforeAll(async () => {
    stored = [...new Set(fc.sample(numbers, { numRuns: 400, seed: 7 }))];
    await storeReadings(
      database,
      stored.flatMap((plateNumber, index) =>
        Array.from({ length: 1 + (index % 3) }, (_, times) => ({ plateNumber, capturedAt: at(times) })),
      ),
    );
    await storeReadings(database, [{ plateNumber: "粤A00000", capturedAt: at(0) }], STRANGER);
  });

  test("exactly those within the distance, nearest first, then those seen most often", async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(numbers, fc.constantFrom(...stored)),
        fc.integer({ min: 0, max: 2 }),
        async (number, maxDistance) => {
          const expected = stored
            .map((plate, index) => ({
              number: plate,
              sightings: 1 + (index % 3),
              distance: plateDistance(number, plate),
            }))
            .filter(({ distance }) => distance <= maxDistance)
            .sort((a, b) => a.distance - b.distance || b.sightings - a.sightings || (a.number < b.number ? -1 : 1))
            .slice(0, 100);
          found += expected.length;
          const { data } = await similar({ number, maxDistance, first: 100 });
          expect(data.similarPlates.map(({ plate, distance }) => ({ ...plate, distance }))).toEqual(expected);
        },
      ),
      { numRuns: 150, seed: 7 },
    );
    expect(found).toBeGreaterThan(200);
  });

  test("the database folds the look-alikes that the distance knows, and no others", async () => {
    for (const group of LOOK_ALIKES) {
      const [row] = await database.query<{ same: boolean }>(
        "SELECT count(DISTINCT plate_search_keys(character)) = 1 AS same FROM unnest($1::text[]) AS character",
        [[...group]],
      );
      expect(row?.same).toBe(true);
    }
    const all = [
      ...new Set([
        ..."ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新",
      ]),
    ];
    const [row] = await database.query<{ kinds: number }>(
      "SELECT count(DISTINCT plate_search_keys(character))::int AS kinds FROM unnest($1::text[]) AS character",
      [all],
    );
    const folded = LOOK_ALIKES.reduce((sum, group) => sum + group.length - 1, 0);
    expect(row?.kinds).toBe(all.length - folded);
  });

  test("separators and case don't count; ten at most when nothing is said", async () => {
    const number = stored[0] ?? "";
    const { data } = await similar({
      number: `${number.slice(0, 2)}·${number.slice(2).toLowerCase()}`,
      maxDistance: 2,
    });
    expect(data.similarPlates[0]).toMatchObject({ distance: 0, plate: { number } });
    expect(data.similarPlates.length).toBeLessThanOrEqual(10);
  });

  test.each([[{ maxDistance: 3 }], [{ maxDistance: -1 }], [{ first: 101 }], [{ first: -1 }]])(
    "%j is refused",
    async (variables) => {
      const { errors } = await similar({ number: "粤A12345", ...variables });
      expect(errors?.[0]?.extensions).toEqual({
        code: "BAD_USER_INPUT",
        retryable: false,
        requestId: expect.any(String),
      });
    },
  );
});

test("plates are counted as readings come, change and go", async () => {
  const counted = `SELECT number, sightings, first_seen_at, last_seen_at FROM plates WHERE partner_id = $1 ORDER BY number`;
  const plain = `SELECT plate_number AS number, count(*)::int AS sightings, min(captured_at) AS first_seen_at, max(captured_at) AS last_seen_at
    FROM plate_recognitions WHERE partner_id = $1 GROUP BY 1 ORDER BY 1`;
  const plate = fc.constantFrom("粤A1", "粤A2", "粤A3", "京B1");
  const step = fc.oneof(
    fc.array(fc.record({ plateNumber: plate, capturedAt: fc.integer({ min: 0, max: 50 }).map(at) }), {
      minLength: 1,
      maxLength: 6,
    }),
    fc.record({ remove: plate, before: fc.integer({ min: 0, max: 50 }).map(at) }),
    fc.record({ rename: plate, to: plate }),
    fc.record({ move: plate, minutes: fc.integer({ min: -20, max: 20 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
      for (const each of steps) {
        if (Array.isArray(each)) await storeReadings(database, each, STRANGER);
        else if ("remove" in each)
          await database.query(
            "DELETE FROM recognition_requests r USING plate_recognitions p WHERE p.request_id = r.id AND p.partner_id = $1 AND p.plate_number = $2 AND p.captured_at < $3",
            [STRANGER, each.remove, each.before],
          );
        else if ("rename" in each)
          await database.query(
            "UPDATE plate_recognitions SET plate_number = $3 WHERE partner_id = $1 AND plate_number = $2",
            [STRANGER, each.rename, each.to],
          );
        else
          await database.query(
            "UPDATE plate_recognitions SET captured_at = captured_at + $3 * interval '1 minute' WHERE partner_id = $1 AND plate_number = $2",
            [STRANGER, each.move, each.minutes],
          );
        expect(await database.query(counted, [STRANGER])).toEqual(await database.query(plain, [STRANGER]));
      }
    }),
    { numRuns: 60, seed: 7 },
  );
});

test("readings of the same plates that arrive and go at once are all counted", async () => {
  const plates = ["甘A1", "甘A2", "甘A3"];
  await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      // Both connections of the test and the server's, with the plates in different orders.
      const order = index % 2 === 0 ? plates : [...plates].reverse();
      await storeReadings(
        database,
        order.map((plateNumber) => ({ plateNumber, capturedAt: at(index) })),
      );
      if (index % 4 === 3)
        await database.query(
          "DELETE FROM plate_recognitions WHERE partner_id = $1 AND plate_number = $2 AND captured_at = $3",
          [BUILT_IN_PARTNER, plates[index % 3], at(index)],
        );
    }),
  );
  const rows = await database.query<{ number: string; right: boolean }>(
    `SELECT q.number, q.sightings = count(*) AND q.first_seen_at = min(p.captured_at) AND q.last_seen_at = max(p.captured_at) AS right
     FROM plates q JOIN plate_recognitions p ON p.partner_id = q.partner_id AND p.plate_number = q.number
     WHERE q.number LIKE '甘A%' GROUP BY q.partner_id, q.number ORDER BY 1`,
  );
  expect(rows).toEqual(plates.map((number) => ({ number, right: true })));
});
