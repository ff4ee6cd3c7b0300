/** Which migrations a database has, and the way back by one. */
import type { DataSource, MigrationInterface, QueryRunner } from "typeorm";
import { refuseUnknown, whileOthersWait } from "./migrations.js";
import { SERVERS_ON_DATABASE } from "./server.presence.js";

export interface MigrationRecord {
  name: string;
  /** `unknown`: run by a later version, this program does not have it. */
  state: "applied" | "pending" | "unknown";
  /** When it was applied; null for pending ones, and for those of versions that did not write it down. */
  appliedAt: Date | null;
}

/** Those that the database has in the order in which they ran, then those that are pending. */
export async function migrationHistory(dataSource: DataSource): Promise<MigrationRecord[]> {
  const known = dataSource.migrations.map(nameOf);
  const rows = await recorded(dataSource);
  const names = rows.map(({ name }) => name);
  return [
    ...rows.map(({ name, applied_at: appliedAt }): MigrationRecord => {
      return { name, state: known.includes(name) ? "applied" : "unknown", appliedAt };
    }),
    ...known
      .filter((name) => !names.includes(name))
      .map((name): MigrationRecord => ({ name, state: "pending", appliedAt: null })),
  ];
}

/** What stands in the way of a revert, in sentences for the operator. */
export class RevertRefusedError extends Error {
  constructor(
    readonly migration: string,
    readonly reasons: readonly string[],
  ) {
    super(`${migration} is not reverted: ${reasons.join("; ")}.`);
    this.name = "RevertRefusedError";
  }
}

/**
 * Reverts the last migration.
 * @param evenIfLossy also where rows or values are lost, or servers run on the database
 * @returns its name; null where there is none to revert
 * @throws RevertRefusedError before anything is changed
 */
export async function revertLast(dataSource: DataSource, evenIfLossy: boolean): Promise<string | null> {
  return whileOthersWait(dataSource, async (runner) => {
    await refuseUnknown(dataSource);
    const name = (await recorded(dataSource)).at(-1)?.name;
    const migration = dataSource.migrations.find((one) => nameOf(one) === name);
    if (name === undefined || migration === undefined) return null;
    if (!evenIfLossy) {
      const [row] = await dataSource.query<{ servers: number }[]>(SERVERS_ON_DATABASE);
      const servers = row?.servers ?? 0;
      const reasons = [
        ...(servers > 0 ? [`${servers === 1 ? "a server runs" : `${servers} servers run`} on the database`] : []),
        ...(await lossesOf(migration, runner)),
      ];
      if (reasons.length > 0) throw new RevertRefusedError(name, reasons);
    }
    await dataSource.undoLastMigration();
    return name;
  });
}

function nameOf(migration: MigrationInterface): string {
  return migration.name ?? migration.constructor.name;
}

async function recorded(dataSource: DataSource): Promise<{ name: string; applied_at: Date | null }[]> {
  const [table] = await dataSource.query<{ exists: boolean }[]>(
    "SELECT to_regclass('migrations') IS NOT NULL AS exists",
  );
  if (table?.exists !== true) return [];
  // A table that no version with this column has touched yet lacks it.
  return dataSource.query(
    `SELECT name, (to_jsonb(migrations) ->> 'applied_at')::timestamptz AS applied_at FROM migrations ORDER BY id`,
  );
}

/** Rows and values that a migration's `down` would remove. It is asked for its statements; none of them is run. */
async function lossesOf(migration: MigrationInterface, runner: QueryRunner): Promise<string[]> {
  const statements: string[] = [];
  const recorder = new Proxy(runner, {
    get: (target, property): unknown => {
      if (property !== "query") return Reflect.get(target, property, target);
      return (text: string) => {
        statements.push(text);
        return Promise.resolve([]);
      };
    },
  });
  await migration.down(recorder);
  const losses: string[] = [];
  for (const { table, column } of removed(statements.join(";\n"))) {
    const count = await countOf(runner, table, column);
    if (count > 0)
      losses.push(column === null ? `${count} rows of ${table} go` : `${count} values of ${table}.${column} go`);
  }
  return losses;
}

const NAME = `"?(\\w+)"?`;
const WHOLE_ROWS = new RegExp(
  `\\b(?:DROP TABLE(?: IF EXISTS)?|DELETE FROM|TRUNCATE(?: TABLE)?) ((?:${NAME}(?:, *)?)+)`,
  "gi",
);
const ALTERED = new RegExp(`\\bALTER TABLE(?: IF EXISTS)? ${NAME}([^;]*)`, "gi");
const DROPPED_COLUMN = new RegExp(`\\bDROP COLUMN(?: IF EXISTS)? ${NAME}`, "gi");

function removed(script: string): { table: string; column: string | null }[] {
  const tables = [...script.matchAll(WHOLE_ROWS)].flatMap(([, names = ""]) =>
    names.split(",").map((name) => ({ table: name.replaceAll('"', "").trim(), column: null })),
  );
  const columns = [...script.matchAll(ALTERED)].flatMap(([, table = "", changes = ""]) =>
    [...changes.matchAll(DROPPED_COLUMN)].map(([, column = ""]) => ({ table, column })),
  );
  return [...tables, ...columns];
}

async function countOf(runner: QueryRunner, table: string, column: string | null): Promise<number> {
  const [there] = (await runner.query("SELECT to_regclass($1) IS NOT NULL AS exists", [`"${table}"`])) as {
    exists: boolean;
  }[];
  if (there?.exists !== true) return 0;
  const [row] = (await runner.query(
    `SELECT count(${column === null ? "*" : `"${column}"`}) AS count FROM "${table}"`,
  )) as {
    count: string;
  }[];
  return Number(row?.count ?? 0);
}
