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
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  // The forced drop may reach a connection that is in use, or idle and about to close (C11).
  pool.on("connect", (client) => client.on("error", () => undefined));
  pool.on("error", () => undefined);
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

async function run(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}
