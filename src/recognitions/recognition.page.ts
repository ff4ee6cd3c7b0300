/** Keyset pages: which rows come next after a given one, in any order, at the same price for every page. */
import { conditionsOf, Parameters, type RecognitionFilter } from "./recognition.filter.js";
import { RECOGNITION_COLUMNS, type PlateRecognitionRow } from "./recognition.rows.js";
import type { Statement } from "../database/database.js";

interface OrderKey {
  column: string;
  cast: string;
  direction: "ASC" | "DESC";
  /** The row's value in that column, as a cursor carries it. */
  valueOf(row: PlateRecognitionRow): string | number;
}

const ORDER_KEYS = {
  CAPTURED_AT_DESC: {
    column: "p.captured_at",
    cast: "timestamptz",
    direction: "DESC",
    valueOf: (row) => row.capturedAt,
  },
  CAPTURED_AT_ASC: { column: "p.captured_at", cast: "timestamptz", direction: "ASC", valueOf: (row) => row.capturedAt },
  RECOGNIZED_AT_DESC: {
    column: "p.recognized_at",
    cast: "timestamptz",
    direction: "DESC",
    valueOf: (row) => row.recognizedAt,
  },
  RECOGNIZED_AT_ASC: {
    column: "p.recognized_at",
    cast: "timestamptz",
    direction: "ASC",
    valueOf: (row) => row.recognizedAt,
  },
  CONFIDENCE_DESC: { column: "p.confidence", cast: "int", direction: "DESC", valueOf: (row) => row.confidence },
  CONFIDENCE_ASC: { column: "p.confidence", cast: "int", direction: "ASC", valueOf: (row) => row.confidence },
} as const satisfies Record<string, OrderKey>;

export type RecognitionOrder = keyof typeof ORDER_KEYS;
export const RECOGNITION_ORDERS = Object.keys(ORDER_KEYS) as RecognitionOrder[];

/** A place between two rows of an order: the row it names by its key and its id. */
export interface Position {
  value: string | number;
  id: string;
}

/** The first rows after `after` (backward: the last ones before `before`); both may be given and bound the range. */
export interface PageRequest {
  order: RecognitionOrder;
  size: number;
  backward: boolean;
  after: Position | null;
  before: Position | null;
}

export interface RecognitionPage {
  rows: PlateRecognitionRow[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

export function positionOf(order: RecognitionOrder, row: PlateRecognitionRow): Position {
  return { value: ORDER_KEYS[order].valueOf(row), id: row.id };
}

/** Whether a cursor's value has the type of the order's column. */
export function fitsOrder(order: RecognitionOrder, value: unknown): value is string | number {
  return ORDER_KEYS[order].cast === "int"
    ? Number.isInteger(value)
    : typeof value === "string" &&
        /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(value) &&
        !Number.isNaN(Date.parse(value));
}

/** One row more than the page holds is asked for: its presence says that the list goes on. */
export function pageStatement(partnerId: string, filter: RecognitionFilter, page: PageRequest): Statement {
  const parameters = new Parameters();
  const conditions = [
    `p.partner_id = ${parameters.add(partnerId)}`,
    ...conditionsOf(filter, parameters),
    ...bounds(page, parameters),
  ];
  return {
    text: `SELECT ${RECOGNITION_COLUMNS} FROM plate_recognitions p WHERE ${conditions.join(" AND ")} ${tail(page, parameters)}`,
    values: parameters.values,
  };
}

/** The same page of each of many plates' histories, in one statement; rows carry the plate they belong to. */
export function pagePerPlateStatement(
  partnerId: string,
  plateNumbers: readonly string[],
  page: PageRequest,
): Statement {
  const parameters = new Parameters();
  const owner = parameters.add(partnerId);
  const numbers = parameters.add(plateNumbers);
  const conditions = [`p.partner_id = ${owner}`, "p.plate_number = wanted.number", ...bounds(page, parameters)];
  return {
    text: `SELECT q.* FROM unnest(${numbers}::text[]) WITH ORDINALITY AS wanted(number, place)
      CROSS JOIN LATERAL (
        SELECT ${RECOGNITION_COLUMNS} FROM plate_recognitions p WHERE ${conditions.join(" AND ")} ${tail(page, parameters)}
      ) q ORDER BY wanted.place`,
    values: parameters.values,
  };
}

/** Drops the extra row, turns a backward page round and says what lies on either side. */
export function pageOf(rows: readonly PlateRecognitionRow[], page: PageRequest): RecognitionPage {
  const goesOn = rows.length > page.size;
  const kept = rows.slice(0, page.size);
  return page.backward
    ? { rows: kept.reverse(), hasNextPage: page.before !== null, hasPreviousPage: goesOn }
    : { rows: kept, hasNextPage: goesOn, hasPreviousPage: page.after !== null };
}

function bounds({ order, after, before }: PageRequest, parameters: Parameters): string[] {
  const { column, cast, direction } = ORDER_KEYS[order];
  const past = direction === "ASC" ? ">" : "<";
  const short = direction === "ASC" ? "<" : ">";
  const bound = (operator: string, { value, id }: Position): string =>
    `(${column}, p.id) ${operator} (${parameters.add(value)}::${cast}, ${parameters.add(id)}::uuid)`;
  return [...(after ? [bound(past, after)] : []), ...(before ? [bound(short, before)] : [])];
}

function tail({ order, backward, size }: PageRequest, parameters: Parameters): string {
  const { column, direction } = ORDER_KEYS[order];
  const read = (direction === "ASC") === backward ? "DESC" : "ASC";
  return `ORDER BY ${column} ${read}, p.id ${read} LIMIT ${parameters.add(size + 1)}::int`;
}
