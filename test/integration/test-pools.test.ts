/** The tests' own connections: a server that goes away fails their statements and nothing else. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { PostgresCluster } from "../support/postgres-cluster.js";
import { openPool } from "../support/test-database.js";

let cluster: PostgresCluster;

beforeAll(async () => {
  cluster = await PostgresCluster.start();
});

afterAll(() => cluster.remove());

test("C11: connections in use, idle and between statements break, and the pool works again when the server is back", async () => {
  const pool = openPool(cluster.url, 3);
  const between = await pool.connect();
  // Three connections: one checked out, one that runs a statement, one idle.
  const [asleep] = [pool.query("SELECT pg_sleep(60)"), await pool.query("SELECT 1")];
  const broken = expect(asleep).rejects.toThrow();
  expect(pool.totalCount).toBe(3);
  // The test fails here on an error that nobody listens to.
  await cluster.kill();
  await broken;
  await expect(between.query("SELECT 1")).rejects.toThrow();
  between.release(true);
  await expect(pool.query("SELECT 1")).rejects.toThrow("ECONNREFUSED");
  await cluster.startAgain();
  expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await pool.end();
});
