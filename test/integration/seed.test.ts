import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { isKnownFormat } from "../../src/plates/plate-format.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";

const run = promisify(execFile);
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

async function seed(...args: string[]): Promise<void> {
  await run(process.execPath, ["dist/src/commands/seed.js", ...args], {
    env: { PATH: process.env.PATH, DATABASE_URL: database.url },
  });
}

test("plausible rows: real formats, a year of dates, few plates seen often", async () => {
  await seed("--rows", "3000");
  const rows = await database.query<{ plate_number: string; captured_at: Date }>(
    "SELECT plate_number, captured_at FROM plate_recognitions",
  );
  expect(rows).toHaveLength(3000);
  expect(rows.filter(({ plate_number: plate }) => !isKnownFormat(plate))).toEqual([]);
  const ages = rows.map(({ captured_at: at }) => (Date.now() - at.getTime()) / 86_400_000);
  expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...ages)).toBeGreaterThan(300);
  expect(Math.max(...ages)).toBeLessThan(366);
  const [top] = await database.query<{ sightings: number }>(
    "SELECT count(*)::int AS sightings FROM plate_recognitions GROUP BY plate_number ORDER BY 1 DESC LIMIT 1",
  );
  expect(top?.sightings).toBeGreaterThan(50);
});

test("a number of rows that is none is refused", async () => {
  await expect(seed("--rows", "many")).rejects.toMatchObject({ code: 1 });
});
