/** Keyset pages: the rows that follow a given one, in any order, at the same cost for every page. */
import { validate as isUuid } from "uuid";
import type { Parameters } from "./parameters.js";

/** The largest page. */
export const MAX_PAGE_SIZE = 100;

export interface KeysetOrder<Property extends string> {
  /** What the list is ordered by before its key; null where the key alone orders it. */
  property: Property | null;
  /** `timestamp` for times without zone, in UTC. */
  cast: "timestamptz" | "timestamp" | "int";
  direction: "ASC" | "DESC";
}

/** A place between two rows of an order: the row's value in it, null where the key alone orders the list, and its key. */
export interface Position {
  value: string | number | null;
  key: string;
}

/** The first rows after `after` (backward: the last ones before `before`); both may be given and bound the range. */
export interface PageRequest<Order extends string> {
  order: Order;
  /** 0 to `MAX_PAGE_SIZE`. */
  size: number;
  backward: boolean;
  after: Position | null;
  before: Position | null;
}

export interface Page<Row> {
  rows: Row[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

/** The key of a list: unique among its rows, the last thing that they are ordered by. */
interface Key<Property extends string, Row> {
  property: Property;
  cast: "uuid" | "text";
  of(row: Row): string;
}

/** The orders of one kind of list: the SQL of its pages and the places that its cursors carry. */
export class Keyset<
  Row extends Readonly<Record<OrderProperty, string | number>>,
  OrderProperty extends string,
  KeyProperty extends string,
  Order extends string,
> {
  readonly orderNames: readonly Order[];

  constructor(
    private readonly orders: Readonly<Record<Order, KeysetOrder<OrderProperty>>>,
    private readonly key: Key<KeyProperty, Row>,
  ) {
    this.orderNames = Object.keys(orders) as Order[];
  }

  positionOf(order: Order, row: Row): Position {
    const { property } = this.orders[order];
    return { value: property === null ? null : row[property], key: this.key.of(row) };
  }

  /** The place that a cursor carries; null where the order's columns could not hold it. */
  positionFrom(order: Order, value: unknown, key: unknown): Position | null {
    const { property, cast } = this.orders[order];
    if (typeof key !== "string" || !(this.key.cast === "uuid" ? isUuid(key) : isKeyText(key))) return null;
    if (property === null) return value === null ? { value, key } : null;
    return FITS[cast](value) ? { value, key } : null;
  }

  /** Whether the order's first column is that of `property`. */
  begins(order: Order, property: OrderProperty): boolean {
    return this.orders[order].property === property;
  }

  /** The conditions that keep a page between its cursors. */
  bounds(columns: Columns<OrderProperty | KeyProperty>, page: PageRequest<Order>, parameters: Parameters): string[] {
    const { property, cast, direction } = this.orders[page.order];
    const bound = (operator: string, { value, key }: Position): string => {
      const keyColumn = columns[this.key.property];
      if (property === null) return `${keyColumn} ${operator} ${parameters.add(key)}::${this.key.cast}`;
      const place = `${parameters.add(value)}::${cast}, ${parameters.add(key)}::${this.key.cast}`;
      return `(${columns[property]}, ${keyColumn}) ${operator} (${place})`;
    };
    return [
      ...(page.after ? [bound(direction === "ASC" ? ">" : "<", page.after)] : []),
      ...(page.before ? [bound(direction === "ASC" ? "<" : ">", page.before)] : []),
    ];
  }

  /** What the page's statement orders by; a backward page is read from its end. */
  orderBy(columns: Columns<OrderProperty | KeyProperty>, { order, backward }: PageRequest<Order>): string {
    const { property, direction } = this.orders[order];
    const read = (direction === "ASC") === backward ? "DESC" : "ASC";
    const key = `${columns[this.key.property]} ${read}`;
    return property === null ? key : `${columns[property]} ${read}, ${key}`;
  }
}

type Columns<Property extends string> = Readonly<Record<Property, string>>;

/** Rows that meet a condition on one of the wanted values; each value's own rows are found in order by an index that begins with its columns. */
export interface OneByOne {
  /** For each column of the wanted values, its values. All of one length. */
  lists: readonly (readonly string[])[];
  /** @param wanted the columns of one wanted value, as the statement names them */
  conditions(wanted: readonly string[]): readonly string[];
}

/** The rows for which `columns` hold one of the tuples that `lists` spell. */
export function equalTo(columns: readonly string[], lists: readonly (readonly string[])[]): OneByOne {
  return { lists, conditions: (wanted) => columns.map((column, at) => `${column} = ${wanted[at]}`) };
}

export interface PageParts {
  /** `table alias`. */
  from: string;
  alias: string;
  conditions: readonly string[];
  /** By `Keyset.orderBy`. */
  orderBy: string;
  oneByOne: OneByOne | null;
  /** By `limitOf`. */
  limit: string;
  /** The largest value of `limit`. */
  most?: number;
}

/** A SELECT of the page's rows, before anything is joined to them: as `alias`, unordered where they are found one by one. */
export function pageRows(parts: PageParts, parameters: Parameters): string {
  const { from, alias, conditions, orderBy, oneByOne, limit, most: largest = MAX_PAGE_SIZE + 1 } = parts;
  const wanted = oneByOne?.lists.map((_, at) => `wanted.v${at}`) ?? [];
  const all = [...conditions, ...(oneByOne?.conditions(wanted) ?? [])];
  // The largest page's limit stands in the text: for a parameter alone PostgreSQL would plan for a tenth of the table.
  const most = `SELECT ${alias}.* FROM ${from} WHERE ${all.join(" AND ")} ORDER BY ${orderBy} LIMIT ${largest}`;
  if (oneByOne === null) return most;
  const lists = oneByOne.lists.map((list) => `${parameters.add(list)}::text[]`).join(", ");
  return `SELECT ${alias}.* FROM unnest(${lists}) AS wanted(${oneByOne.lists.map((_, at) => `v${at}`).join(", ")})
    CROSS JOIN LATERAL (SELECT ${alias}.* FROM (${most}) ${alias} LIMIT ${limit}) ${alias}`;
}

/** One row more than the page holds is read: its presence says that the list goes on. */
export function limitOf({ size }: Pick<PageRequest<string>, "size">, parameters: Parameters): string {
  return `${parameters.add(size + 1)}::int`;
}

/** Drops the extra row, turns a backward page round and says what lies on either side. */
export function pageOf<Row>(rows: readonly Row[], page: PageRequest<string>): Page<Row> {
  const goesOn = rows.length > page.size;
  const kept = goesOn ? rows.slice(0, page.size) : [...rows];
  return page.backward
    ? { rows: kept.reverse(), hasNextPage: page.before !== null, hasPreviousPage: goesOn }
    : { rows: kept, hasNextPage: goesOn, hasPreviousPage: page.after !== null };
}

const MAX_INT4 = 2 ** 31 - 1;
/** Longer keys of text are nowhere stored. In UTF-16 units. */
const MAX_KEY_TEXT = 256;

/** Whether a cursor's value is one that a column of the type can hold. */
const FITS = {
  int: (value: unknown): value is number =>
    typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= MAX_INT4,
  timestamptz: isTimestamp,
  timestamp: isTimestamp,
};

/** A real moment of the years 1 to 9999, as rows carry it. */
function isTimestamp(text: unknown): text is string {
  if (typeof text !== "string") return false;
  const date = new Date(text);
  return text >= "0001" && !Number.isNaN(date.getTime()) && date.toISOString() === text;
}

function isKeyText(text: string): boolean {
  return text.length <= MAX_KEY_TEXT && !text.includes("\0");
}
