/** A database of its own for a test file, cloned from the migrated template. */
import { randomBytes } from "node:crypto";
import pg from "pg";

export interface TestDatabase {
  url: string;
  query<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/** @param template "template_plategraph" (migrated) or "template1" (empty) */
export async function createTestDatabase(template = "template_plategraph"): Promise<TestDatabase> {
  const admin = process.env.TEST_ADMIN_URL ?? "";
  const name = `test_${randomBytes(6).toString("hex")}`;
  await run(admin, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = Object.assign(new URL(admin), { pathname: `/${name}` }).href;
  const pool = openPool(url, 2);
  return {
    url,
    query: async <Row extends object>(text: string, values: unknown[] = []) =>
      (await pool.query<Row>(text, values)).rows,
    drop: async () => {
      await pool.end();
      await run(admin, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/**
 * A pool whose connections may break (C11): by the forced drop of their database, or with their server. Statements then fail; without listeners an idle
 * connection's error would end the whole test worker.
 */
export function openPool(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max });
  pool.on("connect", (client) => client.on("error", () => undefined));
  pool.on("error", () => undefined);
  return pool;
}

async function run(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}
