/** Short reads on connections that they share: each gets its own answer, and a slow, failing or broken one costs the others little. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import pg from "pg";
import type { Statement } from "../../src/database/statement.js";
import { isOutage } from "../../src/database/database.faults.js";
import { StatementPool } from "../../src/database/statement.pool.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { until } from "../support/until.js";

/** 4 of them are shared. */
const CONNECTIONS = 10;

let store: TestDatabase;
let watcher: pg.Client;
let pool: StatementPool;
/** Text of each statement that was sent. */
let sent: string[] = [];

beforeAll(async () => {
  store = await createTestDatabase();
  watcher = new pg.Client({ connectionString: store.url });
  await watcher.connect();
});
afterAll(async () => {
  await watcher.end();
  await store.drop();
});
beforeEach(() => {
  sent = [];
  pool = new StatementPool("once", {
    url: store.url,
    server: "primary",
    size: CONNECTIONS,
    connectTimeoutMs: 10_000,
    statementTimeoutMs: 5_000,
    onError: () => undefined,
    onStatement: ({ text }) => {
      sent.push(text);
      return () => undefined;
    },
  });
});
afterEach(async () => {
  await pool.end();
});

function read(text: string, ...values: unknown[]): Statement<string | null> {
  return { text, values, read: ([column]) => column ?? null };
}

const echo = (value: string): Statement<string | null> => read("SELECT $1::text", value);

async function connections(): Promise<{ pid: number }[]> {
  const { rows } = await watcher.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'plategraph' AND datname = current_database()",
  );
  return rows;
}

test("many reads at once get each its own answer, and a failing one fails alone", async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 600 }, (_, index) =>
      pool.rows(index % 7 === 0 ? read("SELECT (1 / ($1::int - $1::int))::text", index) : echo(`reading ${index}`)),
    ),
  );
  outcomes.forEach((outcome, index) => {
    if (index % 7 === 0) expect(outcome).toMatchObject({ status: "rejected", reason: { code: "22012" } });
    else expect(outcome).toEqual({ status: "fulfilled", value: [`reading ${index}`] });
  });
  expect((await connections()).length).toBeLessThanOrEqual(CONNECTIONS);
});

test("a read that takes long runs on a connection of its own, and those sent behind it do not wait for its end", async () => {
  await pool.rows(echo("warm"));
  const slow = read("SELECT pg_sleep(3)::text || $1::text", "slow");
  let ended = false;
  const long = pool.rows(slow).finally(() => (ended = true));
  // Sent at once, while nobody knows yet that the first one is slow.
  await Promise.all(
    Array.from({ length: 40 }, async (_, index) => expect(await pool.rows(echo(`${index}`))).toEqual([`${index}`])),
  );
  expect(ended).toBe(false);
  expect(await long).toEqual(["slow"]);
  expect(sent.filter((text) => text === slow.text)).toHaveLength(2);
  // The same text is not tried on a shared connection again soon.
  expect(await pool.rows(slow)).toEqual(["slow"]);
  expect(sent.filter((text) => text === slow.text)).toHaveLength(3);
});

test("slow reads on every shared connection leave connections for the others", async () => {
  let ended = false;
  const slow = Array.from({ length: 6 }, (_, index) =>
    pool.rows(read(`SELECT pg_sleep(3)::text || $1::text -- ${index}`, "slow")).finally(() => (ended = true)),
  );
  await new Promise((resolve) => setTimeout(resolve, 150));
  await Promise.all(Array.from({ length: 40 }, (_, index) => pool.rows(echo(`${index}`))));
  expect(ended).toBe(false);
  expect(await Promise.all(slow)).toEqual(Array.from({ length: 6 }, () => ["slow"]));
});

test("shared connections with nothing under way go to those who wait for one of their own", async () => {
  await Promise.all(Array.from({ length: 200 }, (_, index) => pool.rows(echo(String(index)))));
  let inside = 0;
  let allInside = (): void => undefined;
  const allowed = new Promise<void>((resolve) => (allInside = resolve));
  const holders = Array.from({ length: CONNECTIONS }, () =>
    pool.withClient(async () => {
      inside += 1;
      if (inside === CONNECTIONS) allInside();
      await allowed;
    }),
  );
  await Promise.all(holders);
  expect(inside).toBe(CONNECTIONS);
  expect(await pool.rows(echo("after"))).toEqual(["after"]);
});

test("connections that the server closes are replaced; reads under way on them fail as an outage", async () => {
  await Promise.all(Array.from({ length: 20 }, (_, index) => pool.rows(echo(`${index}`))));
  // Each ends the connection that it runs on.
  const under = await Promise.allSettled(
    Array.from({ length: 8 }, () => pool.rows(read("SELECT pg_terminate_backend(pg_backend_pid())::text"))),
  );
  expect(under.filter(({ status }) => status === "fulfilled")).toEqual([]);
  for (const outcome of under) expect(isOutage((outcome as PromiseRejectedResult).reason)).toBe(true);
  // Those with nothing under way.
  for (const { pid } of await connections()) await watcher.query("SELECT pg_terminate_backend($1)", [pid]);
  await until("noticed by the pool", async () => {
    const reads = Array.from({ length: 20 }, () => pool.rows(echo("")));
    return (await Promise.allSettled(reads)).every(({ status }) => status === "fulfilled");
  });
  expect(await Promise.all(Array.from({ length: 20 }, (_, index) => pool.rows(echo(`${index}`))))).toEqual(
    Array.from({ length: 20 }, (_, index) => [`${index}`]),
  );
});

test("a connection that holds 256 prepared statements is replaced", async () => {
  const pids = new Set<string | null>();
  for (let round = 0; round < 2; round += 1) {
    for (let index = 0; index < 300; index += 1) {
      // A text is prepared when it comes a second time.
      for (let twice = 0; twice < 2; twice += 1) {
        const [pid] = await pool.rows(read(`SELECT pg_backend_pid()::text -- ${round} ${index}`));
        pids.add(pid ?? null);
      }
    }
  }
  expect(pids.size).toBeGreaterThanOrEqual(3);
  await until("closed", async () => (await connections()).length <= 2);
});

test("a pool that ends waits for the reads under way", async () => {
  await pool.rows(echo("warm"));
  const under = Array.from({ length: 5 }, () => pool.rows(read("SELECT pg_sleep(0.03)::text || $1::text", "done")));
  await new Promise((resolve) => setTimeout(resolve, 10));
  const ended = pool.end();
  expect(await Promise.all(under)).toEqual(Array.from({ length: 5 }, () => ["done"]));
  await ended;
  await until("closed", async () => (await connections()).length === 0);
  pool = new StatementPool("once", {
    url: store.url,
    server: "primary",
    size: 2,
    connectTimeoutMs: 1_000,
    statementTimeoutMs: 0,
    onError: () => undefined,
    onStatement: () => () => undefined,
  });
});
