/** What `plategraph doctor` asks of a database server. */
import pg from "pg";

export interface DatabaseFacts {
  /** Such as 18. */
  majorVersion: number;
  /** By the server's clock. */
  now: Date;
  /** Milliseconds of the question about the time, there and back. */
  roundTripMs: number;
  /** Whether it follows another server. */
  isReplica: boolean;
}

const CONNECT_TIMEOUT_MS = 5_000;

/** @throws Error when the server can't be reached, or refuses the user */
export async function inspectDatabase(url: string): Promise<DatabaseFacts> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
    application_name: "plategraph doctor",
  });
  // Without a listener a connection that breaks ends the process; the question fails anyway.
  client.on("error", () => undefined);
  try {
    await client.connect();
    const asked = performance.now();
    const { rows } = await client.query<{ version: number; now: Date; replica: boolean }>(
      "SELECT current_setting('server_version_num')::int / 10000 AS version, clock_timestamp() AS now, pg_is_in_recovery() AS replica",
    );
    const [row] = rows;
    if (row === undefined) throw new Error("the server answered nothing");
    return {
      majorVersion: row.version,
      now: row.now,
      roundTripMs: performance.now() - asked,
      isReplica: row.replica,
    };
  } finally {
    await client.end().catch(() => undefined);
  }
}
