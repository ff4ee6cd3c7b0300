/** Once for all tests: a real PostgreSQL with a migrated template database, which every test file clones. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { startEmbeddedServer } from "../../dist/src/database/embedded.server.js";

export default async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), "plategraph-test-"));
  const server = await startEmbeddedServer(folder, console);
  globalThis.stopTestDatabase = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await makeTemplate(server.url);
  } catch (error) {
    await globalThis.stopTestDatabase();
    throw error;
  }
  process.env.TEST_ADMIN_URL = server.url;
}

async function makeTemplate(adminUrl) {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query("CREATE DATABASE template_plategraph");
  await client.end();
  const url = Object.assign(new URL(adminUrl), { pathname: "/template_plategraph" }).href;
  await promisify(execFile)(process.execPath, ["dist/src/commands/migrate.js"], {
    env: { ...process.env, DATABASE_URL: url },
  });
}
