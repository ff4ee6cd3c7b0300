/** The allowance of a minute, shared by servers on one database. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type pg from "pg";
import { RateLimiter, type RateLimitClient } from "../../src/accounts/rate.limiter.js";
import { createTestDatabase, openPool, type TestDatabase } from "../support/test-database.js";

let database: TestDatabase;
let pool: pg.Pool;
let statements = 0;
const counted: RateLimitClient = {
  query: (query) => {
    statements += 1;
    return pool.query(query);
  },
};

beforeAll(async () => {
  database = await createTestDatabase();
  pool = openPool(database.url, 4);
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function outcomes(limiters: readonly RateLimiter[], key: string, limit: number, requests: number) {
  const results = await Promise.allSettled(
    Array.from({ length: requests }, async (_, i) => limiters[i % limiters.length]?.consume(key, limit)),
  );
  const refused = results.filter((result) => result.status === "rejected");
  return { granted: results.length - refused.length, refused: refused.map(({ reason }) => reason as object) };
}

test("two servers grant no more than the limit between them, and nearly all of it", async () => {
  const servers = [new RateLimiter(counted), new RateLimiter(counted)];
  const { granted, refused } = await outcomes(servers, "shared", 100, 300);
  expect(granted).toBe(100);
  expect(refused[0]).toMatchObject({ code: "RATE_LIMITED", retryable: true });
  const { retryAfterSeconds } = refused[0] as { retryAfterSeconds: number };
  expect(retryAfterSeconds).toBeGreaterThan(0);
  expect(retryAfterSeconds).toBeLessThanOrEqual(60);
});

test("most requests cost no statement, and refusals cost none", async () => {
  const server = new RateLimiter(counted);
  statements = 0;
  await outcomes([server], "cheap", 600, 600);
  expect(statements).toBe(20);
  await outcomes([server], "cheap", 600, 1000);
  expect(statements).toBeLessThanOrEqual(21);
});

test("one partner's requests leave another's allowance alone", async () => {
  const server = new RateLimiter(counted);
  await outcomes([server], "greedy", 10, 100);
  expect(await outcomes([server], "modest", 10, 10)).toEqual({ granted: 10, refused: [] });
});

test("the state counts down", async () => {
  const server = new RateLimiter(counted);
  const states = [await server.consume("states", 40), await server.consume("states", 40)];
  expect(states.map(({ limit, remaining }) => [limit, remaining])).toEqual([
    [40, 39],
    [40, 38],
  ]);
});

test("a new minute brings a new allowance", async () => {
  const server = new RateLimiter(counted);
  await outcomes([server], "minute", 5, 10);
  await expect(server.consume("minute", 5)).rejects.toMatchObject({ code: "RATE_LIMITED" });
  await database.query("UPDATE rate_limits SET expire = 0 WHERE key = 'minute'");
  // A server that was not there in the last minute has no share of it.
  await expect(new RateLimiter(counted).consume("minute", 5)).resolves.toMatchObject({ remaining: 4 });
});

test("while the database is away a server counts for itself", async () => {
  const away: RateLimitClient = { query: () => Promise.reject(new Error("connect ECONNREFUSED")) };
  const { granted } = await outcomes([new RateLimiter(away)], "away", 10, 30);
  expect(granted).toBe(10);
});
