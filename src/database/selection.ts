/** Select lists and the functions that read their rows, both made from an entity's columns. */
import { columnNames, type EntityTable, type Property, type TableColumn } from "./entity.table.js";
import {
  number,
  numberOrNull,
  text,
  textOrNull,
  timestamp,
  type ColumnText,
  type RowReader,
  type Timestamp,
} from "./statement.js";

/** What a SELECT lists, what must be joined for it, and how one of its rows is read. */
export interface Selection<Row> {
  columns: readonly string[];
  join: string;
  read: RowReader<Row>;
}

/** A stored value as statements read it: times as RFC 3339 text, bytes as lower-case hexadecimal, everything else as it is. */
type Readable<Value> = Value extends Date ? Timestamp : Value extends Buffer ? string : Value;

export interface Columns<Entity, Name extends Property<Entity>> {
  /** The select list, in the order of the names. */
  list: readonly string[];
  /** For each name: reads its column of a row whose columns of this list stand from `at` on. */
  value: { readonly [Each in Name]: (columns: readonly ColumnText[], at: number) => Readable<Entity[Each]> };
}

/** A `timestamptz` as a time without zone in UTC, the form that `timestamp()` reads. */
export const utc = (column: string): string => `${column} AT TIME ZONE 'UTC'`;

/** The columns of these properties of `table AS alias`. */
export function columnsOf<Entity, Name extends Property<Entity>>(
  table: EntityTable<Entity>,
  alias: string,
  names: readonly Name[],
): Columns<Entity, Name> {
  const spelled = columnNames(table, alias);
  const list = names.map((name) => WIRE[table.columns[name].type]?.(spelled[name]) ?? spelled[name]);
  const value = Object.fromEntries(
    names.map((name, place) => {
      const read = readerOf(table.columns[name]);
      return [name, (columns: readonly ColumnText[], at: number) => read(columns[at + place])];
    }),
  );
  return { list, value: value as Columns<Entity, Name>["value"] };
}

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

/** Types whose own text is not what rows hold. */
const WIRE: Readonly<Record<string, (column: string) => string>> = {
  timestamptz: utc,
  bytea: (column) => `encode(${column}, 'hex')`,
};

function readerOf({ name, type, nullable }: TableColumn): (column: ColumnText | undefined) => unknown {
  switch (type) {
    case "smallint":
    case "integer":
      return nullable ? numberOrNull : number;
    case "uuid":
    case "text":
    case "bytea":
      return nullable ? textOrNull : text;
    case "timestamptz":
      if (!nullable) return timestamp;
  }
  throw new Error(`The column ${name} is of a type that statements do not read: ${type}.`);
}
