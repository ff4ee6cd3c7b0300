/** Loads a backup into a database, in one transaction: all of it, or nothing and what was there stays. */
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { MIGRATION_LOCK } from "../migrations.js";
import { SERVERS_ON_DATABASE } from "../server.presence.js";
import { LOAD_SETTINGS, type BackupFacts, type BackupSize } from "./backup.format.js";
import { BackupReader } from "./backup.reader.js";

export interface RestoreOptions {
  url: string;
  /** Replace what the database holds. */
  replace: boolean;
  /** Migrations that this version has. */
  knownMigrations: readonly string[];
  /** Tables of this version, not qualified. A database with tables that neither it nor the backup has is not PlateGraph's alone. */
  ownTables: readonly string[];
}

/** How long the restore waits for whoever else uses the tables that it replaces. */
const LOCK_WAIT_MS = 10_000;

/**
 * @throws BrokenBackupError, or Error in a sentence for the operator; the database is then as it was
 */
export async function restoreBackup(
  source: Readable,
  { url, replace, knownMigrations, ownTables }: RestoreOptions,
): Promise<{ facts: BackupFacts; size: BackupSize }> {
  const { facts, steps, damage } = await BackupReader.open(source);
  refuseLater(facts, knownMigrations);
  const client = new pg.Client({ connectionString: url, application_name: "plategraph restore", keepAlive: true });
  // A connection that breaks makes the statement fail that runs; without a listener it would end the process.
  client.on("error", () => undefined);
  const size: BackupSize = { tables: 0, rows: 0 };
  try {
    await client.connect();
    for (const statement of LOAD_SETTINGS) await client.query(statement);
    await client.query("BEGIN");
    try {
      await refuseInUse(client);
      await makeRoom(client, replace, new Set([...facts.tables, ...ownTables.map((name) => `public.${name}`)]));
      for await (const { sql, rows } of steps) {
        if (rows === null) await client.query(sql);
        else {
          const copy = client.query(copyFrom(sql));
          await pipeline(rows, copy);
          size.rows += copy.rowCount;
          size.tables += 1;
        }
      }
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK").catch(() => undefined);
      throw isAboutContent(error) ? ((await damage()) ?? error) : error;
    }
    // Statistics and the visibility map, without which plans are guesses.
    await client.query("VACUUM (ANALYZE)").catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(
        `Everything is restored, but its statistics are not made (${reason}): run VACUUM (ANALYZE) once that is mended.`,
        { cause },
      );
    });
  } finally {
    await client.end();
  }
  return { facts, size };
}

/** Data or statements that PostgreSQL does not take (classes 22, 23, 42): a damaged file shows so before its checksum is reached. */
function isAboutContent(error: unknown): boolean {
  return /^(22|23|42)/.test((error as { code?: string }).code ?? "");
}

function refuseLater({ migrations, version }: BackupFacts, known: readonly string[]): void {
  const unknown = migrations.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new Error(
    `The backup is of a later version (${version}): it has the migrations ${unknown.join(", ")}, which this program does not know. Restore it with that version.`,
  );
}

async function refuseInUse(client: pg.Client): Promise<void> {
  const lock = await client.query<{ locked: boolean }>(`SELECT pg_try_advisory_xact_lock(${MIGRATION_LOCK}) AS locked`);
  if (lock.rows[0]?.locked !== true) throw new Error("The database is being migrated or restored by another process.");
  const { rows } = await client.query<{ servers: number }>(SERVERS_ON_DATABASE);
  const servers = rows[0]?.servers ?? 0;
  if (servers === 0) return;
  throw new Error(`${servers === 1 ? "A server runs" : `${servers} servers run`} on this database: stop it first.`);
}

interface Existing {
  name: string;
  drop: string;
}

const TABLES = `SELECT c.oid::regclass::text AS name, format('DROP TABLE %s CASCADE', c.oid::regclass) AS drop
  FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e') ORDER BY 1`;
const OTHERS = [
  `SELECT p.oid::regprocedure::text AS name, format('DROP ROUTINE %s CASCADE', p.oid::regprocedure) AS drop
  FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')`,
  `SELECT format_type(t.oid, NULL) AS name, format('DROP DOMAIN %s CASCADE', format_type(t.oid, NULL)) AS drop
  FROM pg_type t WHERE t.typtype = 'd' AND t.typnamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_type'::regclass AND objid = t.oid AND deptype = 'e')`,
  `SELECT c.oid::regclass::text AS name, format('DROP SEQUENCE %s CASCADE', c.oid::regclass) AS drop
  FROM pg_class c WHERE c.relkind = 'S' AND c.relnamespace = 'public'::regnamespace`,
];

/** Empties the schema `public`: without `replace` only where its tables hold nothing but what a new database holds. */
async function makeRoom(client: pg.Client, replace: boolean, own: ReadonlySet<string>): Promise<void> {
  await client.query(`SET LOCAL lock_timeout = ${LOCK_WAIT_MS}`);
  const { rows: tables } = await client.query<Existing>(TABLES);
  const strangers = tables.filter(({ name }) => !own.has(name)).map(({ name }) => name);
  if (strangers.length > 0) {
    throw new Error(
      `The database holds tables that are not PlateGraph's (${strangers.join(", ")}): restore into a database of its own.`,
    );
  }
  if (tables.length === 0) return;
  if (!replace) {
    const filled = await filledOf(client, tables);
    if (filled.length > 0) {
      throw new Error(
        `The database is not empty (${filled.join(", ")}): restore into an empty one, or replace what it holds by --replace.`,
      );
    }
  }
  for (const { drop } of tables) await client.query(drop);
  for (const query of OTHERS) {
    for (const { drop } of (await client.query<Existing>(query)).rows) await client.query(drop);
  }
}

/** A new database holds its migrations and the built-in partner. */
async function filledOf(client: pg.Client, tables: readonly Existing[]): Promise<string[]> {
  const filled: string[] = [];
  for (const { name } of tables) {
    if (name === "public.migrations") continue;
    const atMost = name === "public.partners" ? 1 : 0;
    const { rows } = await client.query(`SELECT FROM ${name} LIMIT ${atMost + 1}`);
    if (rows.length > atMost) filled.push(name.replace(/^public\./, ""));
  }
  return filled;
}
