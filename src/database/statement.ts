/** One statement: its text, its values, and how to read what comes back. */
import { createHash } from "node:crypto";
import pg from "pg";

/** Makes a row of the values that stand from `at` on, in the order of the statement's columns. */
export type RowReader<Row> = (values: readonly unknown[], at?: number) => Row;

/** SQL with `$1`-style places and the values that go there; values never stand in the text. */
export interface Command {
  text: string;
  values: readonly unknown[];
  /** Planned for these very values instead of once for all: for statements whose best way depends on how much they find. */
  planAnew?: boolean;
}

export interface Statement<Row> extends Command {
  read: RowReader<Row>;
}

/** Whoever runs reads: the primary, or whichever server is fit for it. */
export interface Reader {
  rows<Row>(statement: Statement<Row>): Promise<Row[]>;
}

/** Texts that are prepared under a name of their own; a flood of odd filters must not fill the memory of every connection. */
const MAX_PREPARED = 1000;

const names = new Map<string, string>();

/** What `pg` takes for the statement: prepared once on each connection, rows as plain arrays, times in the wire format. */
export function queryOf({ text, values }: Command): pg.QueryArrayConfig {
  const query: pg.QueryArrayConfig = { text, values: values as unknown[], rowMode: "array", types: WIRE_TYPES };
  const name = names.get(text) ?? newName(text);
  if (name !== undefined) query.name = name;
  return query;
}

/** PostgreSQL names end at 63 bytes, so a statement is named by a hash of its text. */
function newName(text: string): string | undefined {
  if (names.size >= MAX_PREPARED) return undefined;
  const name = createHash("sha256").update(text).digest("base64url");
  names.set(text, name);
  return name;
}

const { getTypeParser, builtins } = pg.types;

/** The library's own ways to read a value, but for times. */
const WIRE_TYPES: pg.CustomTypesConfig = {
  getTypeParser: (...[oid, format]: Parameters<typeof getTypeParser>) =>
    oid === builtins.TIMESTAMP ? wireTime : (getTypeParser(oid, format) as (text: string) => unknown),
};

/** By the length of PostgreSQL's text: how the milliseconds end. */
const MILLISECONDS: Readonly<Record<number, string>> = { 19: ".000Z", 21: "00Z", 22: "0Z", 23: "Z" };

/** `2026-11-23 04:05:06.78`, a time without zone that is meant in UTC, as `2026-11-23T04:05:06.780Z`. */
function wireTime(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11)}${MILLISECONDS[text.length] ?? "Z"}`;
}
