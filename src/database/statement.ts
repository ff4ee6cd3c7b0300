/** One statement: its text, its values, and how to read the rows that it returns. */

/** RFC 3339 in UTC with milliseconds, as `timestamp()` writes it: `2026-11-23T04:05:06.789Z`. */
export type Timestamp = string;

/** What PostgreSQL sends for a column: its text, or null. */
export type ColumnText = string | null;

/** Makes a row of the columns that stand from `at` on, in the order of the statement's columns. */
export type RowReader<Row> = (columns: readonly ColumnText[], at?: number) => Row;

/** SQL with `$1`-style places and the values that go there; values never stand in the text. */
export interface Command {
  text: string;
  values: readonly unknown[];
}

export interface Statement<Row> extends Command {
  /**
   * Planned for these values at every call, on a connection for reports. For statements whose best plan depends on how many rows their values find,
   * and which may take seconds.
   */
  customPlan?: boolean;
  read: RowReader<Row>;
}

/** Runs reads: the primary, or a replica that is fit for it. */
export interface Reader {
  rows<Row>(statement: Statement<Row>): Promise<Row[]>;
}

/** @throws for null: the column is never null */
export function text(column: ColumnText | undefined): string {
  if (column === null || column === undefined) throw new Error("A column that is never null is null.");
  return column;
}

export function textOrNull(column: ColumnText | undefined): string | null {
  return column ?? null;
}

export function number(column: ColumnText | undefined): number {
  return Number(text(column));
}

export function numberOrNull(column: ColumnText | undefined): number | null {
  return column === null || column === undefined ? null : Number(column);
}

/** PostgreSQL drops trailing zeros; by the length of its text, how the milliseconds end. */
const MILLISECONDS: Readonly<Record<number, string>> = { 19: ".000Z", 21: "00Z", 22: "0Z", 23: "Z" };

/** `2026-11-23 04:05:06.78`, a time without zone that is meant in UTC, as `2026-11-23T04:05:06.780Z`. */
export function timestamp(column: ColumnText | undefined): Timestamp {
  const moment = text(column);
  return `${moment.slice(0, 10)}T${moment.slice(11)}${MILLISECONDS[moment.length] ?? "Z"}`;
}
