/** Makes a backup: the schema and the rows of a database as of one moment, while it is in use. */
import { createHash } from "node:crypto";
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import {
  COMMIT_LINE,
  END_OF_ROWS,
  END_PREFIX,
  FACTS_PREFIX,
  FIRST_LINE,
  LOAD_SETTINGS,
  STEP_PREFIX,
  type BackupFacts,
  type BackupSize,
} from "./backup.format.js";
import { SEQUENCE_STATES } from "./catalog.queries.js";
import { schemaScript, type Step } from "./schema.script.js";

/** A migration holds locks that a backup has to wait for. */
const LOCK_WAIT_MS = 60_000;

const SESSION = [
  "SET statement_timeout = 0",
  `SET lock_timeout = ${LOCK_WAIT_MS}`,
  "SET idle_in_transaction_session_timeout = 0",
  "SET client_encoding = 'UTF8'",
  "SET datestyle = 'ISO'",
  "SET intervalstyle = 'postgres'",
  "SET extra_float_digits = 3",
  // Every statement sees the database as it is at the first one.
  "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
  "SELECT pg_catalog.set_config('search_path', '', true)",
];

/**
 * The script, in chunks. Reads go on and writes go on meanwhile; changes of tables wait.
 * @param size is filled in by the end
 * @param signal ends it, also while it waits for a lock
 */
export async function* backupOf(
  url: string,
  version: string,
  size: BackupSize,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const client = new pg.Client({ connectionString: url, application_name: "plategraph backup", keepAlive: true });
  // A connection that breaks makes the statement fail that runs; without a listener it would end the process.
  client.on("error", () => undefined);
  const end = (): void => void client.end();
  signal.addEventListener("abort", end);
  try {
    await client.connect();
    for (const statement of SESSION) await client.query(statement);
    const hash = createHash("sha256");
    for await (const chunk of scriptOf(client, version, size)) {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      hash.update(bytes);
      yield bytes;
    }
    yield Buffer.from(`${END_PREFIX}${hash.digest("hex")}\n${COMMIT_LINE}\n`);
  } finally {
    signal.removeEventListener("abort", end);
    await client.end();
  }
}

async function* scriptOf(client: pg.Client, version: string, size: BackupSize): AsyncGenerator<string | Buffer> {
  const schema = await schemaScript(client);
  const names = schema.tables.map(({ table }) => table);
  if (names.length === 0) throw new Error("The database has no tables: there is nothing to back up.");
  await client.query(`LOCK TABLE ${names.join(", ")} IN ACCESS SHARE MODE`);
  yield [
    FIRST_LINE,
    `${FACTS_PREFIX}${JSON.stringify(await factsOf(client, version, names))}`,
    "-- Load it into an empty database by `plategraph restore FILE`, or by `psql -v ON_ERROR_STOP=1 -f FILE` and then ANALYZE.",
    "BEGIN;",
    ...LOAD_SETTINGS,
    "",
  ].join("\n");
  let number = 0;
  const begun = (title: string): string => `${STEP_PREFIX}${(number += 1)}: ${title}\n`;
  const written = ({ title, sql }: Step): string => `${begun(title)}${sql.trimEnd()};\n`;
  for (const step of schema.beforeRows) yield written(step);
  for (const { table, columns } of schema.tables) {
    yield `${begun(`ROWS ${table}`)}COPY ${table} (${columns}) FROM stdin;\n`;
    const rows = client.query(copyTo(`COPY ${table} (${columns}) TO STDOUT`));
    for await (const chunk of rows as AsyncIterable<Buffer>) yield chunk;
    yield `${END_OF_ROWS}\n`;
    size.rows += rows.rowCount;
    size.tables += 1;
  }
  for (const step of await sequenceSteps(client)) yield written(step);
  for (const step of schema.afterRows) yield written(step);
}

async function factsOf(client: pg.Client, version: string, tables: readonly string[]): Promise<BackupFacts> {
  const { rows } = await client.query<{ server: string; now: Date }>(
    "SELECT split_part(current_setting('server_version'), ' ', 1) AS server, now()",
  );
  const [row] = rows;
  const hasMigrations = tables.includes("public.migrations");
  const recorded = hasMigrations
    ? (await client.query<{ name: string }>("SELECT name FROM public.migrations ORDER BY id")).rows
    : [];
  return {
    version,
    postgresql: row?.server ?? "",
    madeAt: row?.now.toISOString() ?? "",
    migrations: recorded.map(({ name }) => name),
    tables,
  };
}

/** Sequences count outside of transactions: read after the rows they are never behind them. */
async function sequenceSteps(client: pg.Client): Promise<Step[]> {
  const { rows } = await client.query<{
    sequence: string;
    identity: boolean;
    table: string | null;
    column: string | null;
  }>(SEQUENCE_STATES);
  const steps: Step[] = [];
  for (const { sequence, identity, table, column } of rows) {
    const state = await client.query<{ last_value: string; is_called: boolean }>(
      `SELECT last_value, is_called FROM ${sequence}`,
    );
    const [{ last_value: last, is_called: isCalled } = { last_value: "1", is_called: false }] = state.rows;
    const owner = table === null || column === null ? null : `${table}.${client.escapeIdentifier(column)}`;
    // The name of an identity column's sequence is PostgreSQL's choice.
    const name = identity
      ? `pg_catalog.pg_get_serial_sequence(${client.escapeLiteral(table ?? "")}, ${client.escapeLiteral(column ?? "")})`
      : client.escapeLiteral(sequence);
    const tie = identity || owner === null ? "" : `ALTER SEQUENCE ${sequence} OWNED BY ${owner};\n`;
    steps.push({
      title: `SEQUENCE VALUE ${sequence}`,
      sql: `${tie}SELECT pg_catalog.setval(${name}, ${last}, ${isCalled})`,
    });
  }
  return steps;
}
