/** The database that the servers are compared on: seeded once for each size and kept. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import pg from "pg";
import { startEmbeddedServer } from "../../dist/src/database/embedded.server.js";
import { migrateAt } from "../../dist/src/database/migrations.js";
import { MIGRATIONS } from "../../dist/migrations/index.js";
import { ENTITIES } from "../../dist/src/recognitions/entities.js";
import { keepAside } from "./processes.mjs";

const run = promisify(execFile);
const FOLDER = "data-bench";

export async function openDatabase(rows) {
  if (process.env.DATABASE_URL) return { url: process.env.DATABASE_URL, close: async () => undefined };
  const embedded = await startEmbeddedServer(FOLDER, console);
  const pid = Number((await readFile(`${FOLDER}/postgres/postmaster.pid`, "utf8")).split("\n")[0]);
  await keepAside(pid);
  const url = await seeded(embedded.url, `rows_${rows}`, rows);
  return { url, close: () => embedded.stop() };
}

async function seeded(adminUrl, name, rows) {
  const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  const { rowCount } = await admin.query("SELECT FROM pg_database WHERE datname = $1", [name]);
  if (rowCount === 0) {
    console.log(`seeding ${rows} rows …`);
    await admin.query(`CREATE DATABASE ${name}`);
    const { stdout } = await run(process.execPath, ["dist/src/seed.js", "--rows", String(rows)], {
      env: { ...process.env, DATABASE_URL: url },
    });
    console.log(stdout.trim());
  }
  await migrateAt({ url, logger: console, entities: ENTITIES, migrations: MIGRATIONS });
  await admin.end();
  return url;
}
