/** Finds an embedded server that another process runs, for commands that work beside it. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import pg from "pg";

/** PostgreSQL's lock file: the fourth line is the port. */
const PORT_LINE = 3;

/** The connection string of the server that runs on the files in `dataDir`; null when none answers. */
export async function runningEmbeddedUrl(dataDir: string): Promise<string | null> {
  const root = resolve(dataDir);
  try {
    const lockFile = await readFile(join(root, "postgres", "postmaster.pid"), "utf8");
    const password = (await readFile(join(root, "postgres.password"), "utf8")).trim();
    const port = Number(lockFile.split("\n")[PORT_LINE]);
    const url = `postgres://plategraph:${password}@127.0.0.1:${port}/postgres`;
    return (await answers(url)) ? url : null;
  } catch {
    return null;
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
