/**
 * Writes the statements that make the schema `public` again, from PostgreSQL's catalogs: what `pg_dump --no-owner --no-privileges` writes, for the kinds of
 * objects that migrations of PlateGraph use. Other kinds are refused, so that no backup lacks something.
 */
import type pg from "pg";
import {
  constraints,
  DOMAINS,
  EXTENSIONS,
  FUNCTIONS,
  INDEXES,
  SEQUENCES,
  STATISTICS,
  STRANGERS,
  TABLES,
  TRIGGERS,
} from "./catalog.queries.js";

export interface Step {
  /** Such as `TABLE plates`; for people who read the script. */
  title: string;
  sql: string;
}

export interface TableRows {
  /** Qualified and quoted. */
  table: string;
  /** Quoted, comma-separated, without generated columns. */
  columns: string;
}

export interface SchemaScript {
  beforeRows: readonly Step[];
  tables: readonly TableRows[];
  afterRows: readonly Step[];
}

/**
 * @param client in a transaction whose `search_path` is empty, so that PostgreSQL qualifies all names
 * @throws Error that names objects of a kind that is not known here
 */
export async function schemaScript(client: pg.Client): Promise<SchemaScript> {
  const steps = async (query: string): Promise<Step[]> => (await client.query<Step>(query)).rows;
  const strangers = await steps(STRANGERS);
  if (strangers.length > 0) {
    throw new Error(
      `The database holds ${strangers.map(({ title }) => title).join(", ")}, which this backup can't hold: use pg_dump of the server's version.`,
    );
  }
  const tables = (await client.query<Step & TableRows>(TABLES)).rows;
  const beforeRows = [
    ...(await steps(EXTENSIONS)),
    ...(await steps(DOMAINS)),
    ...(await steps(FUNCTIONS)),
    ...(await steps(SEQUENCES)),
    ...tables.map(({ title, sql }) => ({ title, sql })),
  ];
  const afterRows = [
    ...(await steps(constraints("'p', 'u', 'x'"))),
    ...(await steps(INDEXES)),
    ...(await steps(STATISTICS)),
    ...(await steps(constraints("'c'"))),
    // References need the unique keys that they refer to.
    ...(await steps(constraints("'f'"))),
    ...(await steps(TRIGGERS)),
  ];
  return { beforeRows, tables: tables.map(({ table, columns }) => ({ table, columns })), afterRows };
}
