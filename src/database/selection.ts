/** Which columns a SELECT lists, what must be joined for them, and how a row is read from them. */
import type { RowReader } from "./statement.js";

export interface Selection<Row> {
  columns: readonly string[];
  join: string;
  read: RowReader<Row>;
}

/** A `timestamptz` column as a time without zone in UTC, the form that `timestamp()` reads. */
export const utc = (column: string): string => `${column} AT TIME ZONE 'UTC'`;

/** `base` followed by the columns of `part`; `add` puts the part into the row. */
export function extended<Row, Part>(
  base: Selection<Row>,
  part: Selection<Part>,
  add: (row: Row, part: Part) => unknown,
): Selection<Row> {
  const offset = base.columns.length;
  return {
    columns: [...base.columns, ...part.columns],
    join: [base.join, part.join].filter((join) => join !== "").join(" "),
    read: (columns, at = 0) => {
      const row = base.read(columns, at);
      add(row, part.read(columns, at + offset));
      return row;
    },
  };
}
