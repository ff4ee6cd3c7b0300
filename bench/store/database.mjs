/** The database that the servers are compared on: seeded once for each size and kept. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import pg from "pg";
import { startEmbeddedServer } from "../../dist/src/database/embedded.server.js";
import { migrateAt } from "../../dist/src/database/migrations.js";
import { MIGRATIONS } from "../../dist/migrations/index.js";
import { ENTITIES } from "../../dist/src/entities.js";
import { keepAside } from "./processes.mjs";

const run = promisify(execFile);
const FOLDER = "data-bench";

/** Seeded with so many rows, once, and kept: whoever stores anything takes it away again. */
export async function openDatabase(rows) {
  const embedded = await startAside();
  const url = await seeded(embedded.url, nameOf(rows), rows);
  return { url, close: () => embedded.stop() };
}

/** A copy that may be written to, gone when it is closed. */
export async function openCopy(rows) {
  if (process.env.DATABASE_URL) return { url: process.env.DATABASE_URL, close: async () => undefined };
  const embedded = await startAside();
  await seeded(embedded.url, nameOf(rows), rows);
  const copy = `${nameOf(rows)}_copy`;
  await asAdmin(embedded.url, async (admin) => {
    await admin.query(`DROP DATABASE IF EXISTS ${copy}`);
    await admin.query(`CREATE DATABASE ${copy} TEMPLATE ${nameOf(rows)} STRATEGY FILE_COPY`);
  });
  const close = async () => {
    await asAdmin(embedded.url, (admin) => admin.query(`DROP DATABASE ${copy} WITH (FORCE)`));
    await embedded.stop();
  };
  return { url: urlOf(embedded.url, copy), close };
}

const nameOf = (rows) => `rows_${rows}`;
const urlOf = (adminUrl, name) => Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;

async function startAside() {
  const embedded = await startEmbeddedServer(FOLDER, console);
  await keepAside(Number((await readFile(`${FOLDER}/postgres/postmaster.pid`, "utf8")).split("\n")[0]));
  return embedded;
}

async function asAdmin(url, work) {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

async function seeded(adminUrl, name, rows) {
  const url = urlOf(adminUrl, name);
  await asAdmin(adminUrl, async (admin) => {
    const { rowCount } = await admin.query("SELECT FROM pg_database WHERE datname = $1", [name]);
    if (rowCount > 0) return;
    console.log(`seeding ${rows} rows …`);
    await admin.query(`CREATE DATABASE ${name}`);
    const { stdout } = await run(process.execPath, ["dist/src/commands/seed.js", "--rows", String(rows)], {
      env: { ...process.env, DATABASE_URL: url },
    });
    console.log(stdout.trim());
  });
  await migrateAt({ url, logger: console, entities: ENTITIES, migrations: MIGRATIONS });
  return url;
}
