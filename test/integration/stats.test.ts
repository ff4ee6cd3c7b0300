import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { graphql, WHITE_PIXEL } from "../support/graphql-client.js";
import { storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

type Interval = "HOUR" | "DAY" | "WEEK" | "MONTH";
interface Bucket {
  start: string;
  count: number;
  distinctPlates: number;
  averageConfidence: number | null;
}
interface Reading {
  plateNumber: string;
  capturedAt: string;
  confidence: number;
}

const HOUR = 3_600_000;
/** Five weeks around the night in which Berlin's clocks go forward, at 01:00 UTC on March 29. */
const START = Date.parse("2026-03-10T00:00:00.000Z");
const HOURS = 35 * 24;

let database: TestDatabase;
let server: TestServer;
let readings: Reading[];

beforeAll(async () => {
  database = await createTestDatabase();
  readings = fc.sample(
    fc.record({
      plateNumber: fc.constantFrom("粤A1", "粤A2", "京B1", "京B2", "京B3"),
      capturedAt: fc
        .integer({ min: 0, max: HOURS * 60 - 1 })
        .map((minute) => new Date(START + minute * 60_000).toISOString()),
      confidence: fc.integer({ min: 0, max: 100 }),
    }),
    { numRuns: 500, seed: 7 },
  );
  await storeReadings(database, readings);
  server = await startServer({ DATABASE_URL: database.url });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await database.drop();
});

async function stats(variables: Record<string, unknown>) {
  const query = `query ($filter: PlateRecognitionFilter, $interval: StatsInterval!, $timeZone: String) {
    recognitionStats(filter: $filter, interval: $interval, timeZone: $timeZone) { start count distinctPlates averageConfidence } }`;
  return graphql<{ recognitionStats: Bucket[] }>(server.url, query, variables);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** What the clocks of the zone show, as if it were UTC, in milliseconds. */
function localTime(moment: number, timeZone: string): number {
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
    clocks.set(timeZone, clock);
  }
  return Date.parse(`${clock.format(moment).replace(" ", "T")}Z`);
}

/** The name of the bucket that the clocks of the zone put a moment in: another way of counting than the database's. */
function bucketName(moment: number, interval: Interval, timeZone: string): string {
  const local = new Date(localTime(moment, timeZone));
  const date = local.toISOString().slice(0, 10);
  if (interval === "DAY") return date;
  if (interval === "MONTH") return date.slice(0, 7);
  // An hour that the clocks show twice is two hours.
  if (interval === "HOUR")
    return `${local.toISOString().slice(0, 13)} ${String(local.getTime() - Math.floor(moment / 1000) * 1000)}`;
  return new Date(Date.parse(date) - ((local.getUTCDay() + 6) % 7) * 24 * HOUR).toISOString().slice(0, 10);
}

/** All the buckets of the range, found minute by minute. */
function expected(
  list: readonly Reading[],
  from: number,
  to: number,
  interval: Interval,
  timeZone: string,
): Omit<Bucket, "start">[] {
  const buckets = new Map<string, Reading[]>();
  for (let moment = from; moment < to; moment += 15 * 60_000) buckets.set(bucketName(moment, interval, timeZone), []);
  for (const reading of list)
    buckets.get(bucketName(Date.parse(reading.capturedAt), interval, timeZone))?.push(reading);
  return [...buckets.values()].map((rows) => ({
    count: rows.length,
    distinctPlates: new Set(rows.map(({ plateNumber }) => plateNumber)).size,
    averageConfidence:
      rows.length === 0 ? null : rows.reduce((sum, { confidence }) => sum + confidence, 0) / rows.length,
  }));
}

describe("any range, interval and zone", () => {
  test.each(["Asia/Shanghai", "Europe/Berlin", "Asia/Kolkata", "UTC", "America/St_Johns", "Australia/Lord_Howe"])(
    "%s: as counted minute by minute",
    async (timeZone) => {
      let empty = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom<Interval>("HOUR", "DAY", "WEEK", "MONTH"),
          fc.integer({ min: -100, max: HOURS }),
          fc.integer({ min: 1, max: 900 }),
          async (interval, first, length) => {
            const from = START + first * HOUR;
            const to = from + length * HOUR;
            const range = { gte: new Date(from).toISOString(), lt: new Date(to).toISOString() };
            const inside = readings.filter(({ capturedAt }) => capturedAt >= range.gte && capturedAt < range.lt);
            const { data, errors } = await stats({ filter: { capturedAt: range }, interval, timeZone });
            expect(errors).toBeUndefined();
            const wanted = expected(inside, from, to, interval, timeZone);
            empty += wanted.filter(({ count }) => count === 0).length;
            expect(data.recognitionStats).toEqual(
              wanted.map((bucket) => ({
                start: expect.any(String),
                ...bucket,
                averageConfidence: bucket.averageConfidence && (expect.closeTo(bucket.averageConfidence, 6) as unknown),
              })),
            );
            // Each bucket begins where its name does, and the first holds the range's beginning.
            const starts = data.recognitionStats.map(({ start }) => Date.parse(start));
            expect(starts[0]).toBeLessThanOrEqual(from);
            for (const start of starts)
              expect(bucketName(start, interval, timeZone)).not.toBe(bucketName(start - 1, interval, timeZone));
          },
        ),
        { numRuns: 30, seed: 7 },
      );
      expect(empty).toBeGreaterThan(20);
    },
  );
});

test("without a range: from the earliest reading to the latest, in Shanghai; any filter", async () => {
  const times = readings
    .filter(({ plateNumber }) => plateNumber === "京B1")
    .map(({ capturedAt }) => Date.parse(capturedAt));
  const { data } = await stats({ filter: { plateNumber: { eq: "京B1" } }, interval: "DAY" });
  const days = data.recognitionStats;
  expect(days.reduce((sum, { count }) => sum + count, 0)).toBe(times.length);
  expect(days[0]?.count).toBeGreaterThan(0);
  expect(days.at(-1)?.count).toBeGreaterThan(0);
  expect(days[0]?.start).toMatch(/T16:00:00.000Z$/);
  const none = await stats({ filter: { plateNumber: { eq: "藏Z99999" } }, interval: "DAY" });
  expect(none.data.recognitionStats).toEqual([]);
});

describe("A4: readings of impossible years, as version 0.1.0 stored them", () => {
  beforeAll(() =>
    storeReadings(database, [
      { plateNumber: "蒙A1", capturedAt: "2999-01-01T00:00:00Z" },
      { plateNumber: "蒙A1", capturedAt: "0001-01-01T00:00:00Z" },
    ]),
  );

  test.each<Interval>(["HOUR", "DAY", "WEEK", "MONTH"])("statistics by %s cover the others", async (interval) => {
    const { data, errors } = await stats({ interval });
    expect(errors).toBeUndefined();
    expect(data.recognitionStats.reduce((sum, { count }) => sum + count, 0)).toBe(readings.length);
  });

  test("a range of years is covered, the latest buckets first", async () => {
    const { data, errors } = await stats({
      filter: { capturedAt: { gte: "1990-01-01T00:00:00Z" } },
      interval: "HOUR",
    });
    expect(errors).toBeUndefined();
    expect(data.recognitionStats).toHaveLength(10_000);
    expect(data.recognitionStats.at(-1)?.count).toBeGreaterThan(0);
    expect(data.recognitionStats[0]).toMatchObject({ count: 0, averageConfidence: null });
  });

  test.each(["2999-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1989-12-31T23:59:59Z"])(
    "a photo of %s is refused",
    async (capturedAt) => {
      const query = `mutation ($image: String!, $options: RecognizeOptions) {
        recognizeBase64(image: $image, options: $options) { request { id } } }`;
      const { errors } = await graphql(server.url, query, { image: WHITE_PIXEL, options: { capturedAt } });
      expect(errors?.[0]?.extensions).toEqual({
        code: "BAD_USER_INPUT",
        retryable: false,
        requestId: expect.any(String),
      });
      expect(errors?.[0]?.message).toContain("1990");
    },
  );
});

describe("A8: an option that is empty, or nothing but white space", () => {
  test.each(["cameraId", "externalReference", "idempotencyKey"])(
    "%s is refused, and nothing is stored",
    async (name) => {
      const query = `mutation ($image: String!, $options: RecognizeOptions) { recognizeBase64(image: $image, options: $options) { request { id } } }`;
      const stored = "SELECT count(*)::int AS count FROM recognition_requests";
      const before = await database.query(stored);
      for (const text of ["", " ", " \t\u3000\n"]) {
        const { errors } = await graphql(server.url, query, { image: WHITE_PIXEL, options: { [name]: text } });
        expect(errors?.[0]?.message).toBe(`\`${name}\` is empty: omit it instead.`);
        expect(errors?.[0]?.extensions).toEqual({
          code: "BAD_USER_INPUT",
          retryable: false,
          requestId: expect.any(String),
        });
      }
      expect(await database.query(stored)).toEqual(before);
    },
  );

  test("white space around a text is kept, and null is the same as nothing", async () => {
    const query = `mutation ($image: String!, $options: RecognizeOptions) {
      recognizeBase64(image: $image, options: $options) { request { cameraId externalReference } } }`;
    for (const [given, kept] of [
      [" gate 1", " gate 1"],
      [null, null],
    ]) {
      const options = { cameraId: given, externalReference: given };
      const { data } = await graphql<{ recognizeBase64: { request: object } }>(server.url, query, {
        image: WHITE_PIXEL,
        options,
      });
      expect(data.recognizeBase64.request).toEqual({ cameraId: kept, externalReference: kept });
    }
  });
});

test.each([
  [{ interval: "MONTH", filter: { capturedAt: { gte: "0001-01-01T00:00:00Z", lt: "0002-01-01T00:00:00Z" } } }],
  [{ interval: "DAY", timeZone: "Mars/Olympus" }],
  [{ interval: "DAY", timeZone: "+08:00" }],
  [{ interval: "DAY", timeZone: "" }],
  [{ interval: "HOUR", filter: { capturedAt: { gte: "1990-01-01T00:00:00Z", lt: "2026-01-01T00:00:00Z" } } }],
])("%j is refused", async (variables) => {
  const { errors } = await stats(variables);
  expect(errors?.[0]?.extensions).toEqual({ code: "BAD_USER_INPUT", retryable: false, requestId: expect.any(String) });
});
