/**
 * `npm run backup:million [-- --rows 1000000]`: fills an embedded database, backs it up while it is written to, restores it into a new embedded database and
 * into a database at DATABASE_URL of a server that it starts, compares every table there by number and checksum of its rows, and prints the times.
 */
import { execFile, spawn } from "node:child_process";
import { chmod, mkdtemp, rm, stat } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import pg from "pg";
import { startEmbeddedServer } from "../dist/src/database/embedded.server.js";

const run = promisify(execFile);
const { values } = parseArgs({ options: { rows: { type: "string", default: "1000000" } } });
if (!/^\d{1,8}$/.test(values.rows)) throw new Error("--rows must be a whole number below 100,000,000.");

const folder = await mkdtemp(join(tmpdir(), "plategraph-million-"));
// PostgreSQL runs as another user where this one is root.
await chmod(folder, 0o755);
const first = join(folder, "first");
const file = join(folder, "backup.sql.gz");
try {
  await timed("seed", () => command("seed", { DATA_DIR: first }, "--rows", values.rows));
  await command("keys", { DATA_DIR: first }, "create", "--partner", "acme");
  await withServer(first, fillOthers);
  const server = await startServer(first);
  await timed("backup, gzip, beside a server", () => command("backup", { DATA_DIR: first }, file));
  await timed("backup, plain, beside a server", () =>
    command("backup", { DATA_DIR: first }, join(folder, "plain.sql")),
  );
  server.kill("SIGTERM");
  await once(server, "exit");
  print("compressed", `${((await stat(file)).size / 1e6).toFixed(0)} MB`);
  print("plain", `${((await stat(join(folder, "plain.sql"))).size / 1e6).toFixed(0)} MB`);
  const expected = await withServer(first, contentOf);

  const second = join(folder, "second");
  await timed("restore into a new embedded database", () => command("restore", { DATA_DIR: second }, file));
  compare("embedded", expected, await withServer(second, contentOf));
  await timed("restore over it, --replace", () => command("restore", { DATA_DIR: second }, "--replace", file));
  compare("embedded, replaced", expected, await withServer(second, contentOf));

  await withServer(join(folder, "third"), async (client, url) => {
    await client.query("CREATE DATABASE moved");
    const moved = Object.assign(new URL(url), { pathname: "/moved" }).href;
    await timed("restore into DATABASE_URL", () => command("restore", { DATABASE_URL: moved }, file));
    const other = new pg.Client({ connectionString: moved });
    await other.connect();
    compare("DATABASE_URL", expected, await contentOf(other));
    await other.end();
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}

function command(name, settings, ...args) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...settings };
  return run(process.execPath, [`dist/src/commands/${name}.js`, ...args], { env });
}

async function startServer(dataDir) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, PORT: "0", LOCAL_THREADS: "1" };
  const child = spawn(process.execPath, ["dist/src/main.js"], { env, stdio: ["ignore", "pipe", "inherit"] });
  for await (const chunk of child.stdout) if (String(chunk).includes("listening on")) break;
  return child;
}

async function withServer(dataDir, work) {
  const server = await startEmbeddedServer(dataDir, console);
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return await work(client, server.url);
  } finally {
    await client.end();
    await server.stop();
  }
}

/** Rows in the tables that readings do not fill. */
async function fillOthers(client) {
  const partner = (await client.query("SELECT id FROM partners WHERE name = 'built-in'")).rows[0].id;
  for (const statement of [
    `INSERT INTO audit_entries SELECT '${partner}', gen_random_uuid(), now(), NULL, 'SEARCH', 'x' || n, n FROM generate_series(1, 10000) n`,
    `INSERT INTO vendor_calls SELECT '${partner}', gen_random_uuid(), gen_random_uuid(), now(), now(), 'BILLED', NULL, 'o' || n FROM generate_series(1, 10000) n`,
    `INSERT INTO vendor_days VALUES ('2026-11-24', 10000)`,
    `INSERT INTO plate_corrections SELECT partner_id, gen_random_uuid(), id, now(), NULL, plate_number, '粤B99999' FROM plate_recognitions LIMIT 1000`,
  ])
    await client.query(statement);
}

async function contentOf(client) {
  const { rows: tables } = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
  const content = {};
  for (const { tablename: name } of tables) {
    const { rows } = await client.query(
      `SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) AS sum FROM "${name}" t`,
    );
    content[name] = rows[0].sum;
  }
  content.sequence = (await client.query("SELECT last_value FROM migrations_id_seq")).rows[0].last_value;
  return content;
}

function compare(where, expected, found) {
  const names = Object.keys({ ...expected, ...found });
  const other = names.filter((name) => expected[name] !== found[name]);
  if (other.length > 0) throw new Error(`${where}: other rows in ${other.join(", ")}`);
  print(where, `${names.length - 1} tables and the sequence alike`);
}

async function timed(what, work) {
  const started = performance.now();
  await work();
  print(what, `${((performance.now() - started) / 1000).toFixed(1)} s`);
}

function print(what, value) {
  process.stdout.write(`${what.padEnd(40)} ${value}\n`);
}
