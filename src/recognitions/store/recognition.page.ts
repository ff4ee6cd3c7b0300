/** Keyset pages: which rows come next after a given one, in any order, at the same price for every page. */
import type { Principal } from "../../accounts/principal.js";
import type { Statement } from "../../database/statement.js";
import { Parameters } from "../../database/parameters.js";
import { recognitionSelection } from "./recognition.columns.js";
import { conditionsOf, type RecognitionFilter } from "./recognition.filter.js";
import type { PlateRecognitionRow, RecognitionParts } from "./recognition.rows.js";

interface OrderKey {
  column: string;
  cast: string;
  direction: "ASC" | "DESC";
  /** The row's value in that column, as a cursor carries it. */
  valueOf(row: PlateRecognitionRow): string | number;
}

const CAPTURED_AT = {
  column: "p.captured_at",
  cast: "timestamptz",
  valueOf: (row: PlateRecognitionRow) => row.capturedAt,
};
const RECOGNIZED_AT = {
  column: "p.recognized_at",
  cast: "timestamptz",
  valueOf: (row: PlateRecognitionRow) => row.recognizedAt,
};
const CONFIDENCE = { column: "p.confidence", cast: "int", valueOf: (row: PlateRecognitionRow) => row.confidence };

const ORDER_KEYS = {
  CAPTURED_AT_DESC: { ...CAPTURED_AT, direction: "DESC" },
  CAPTURED_AT_ASC: { ...CAPTURED_AT, direction: "ASC" },
  RECOGNIZED_AT_DESC: { ...RECOGNIZED_AT, direction: "DESC" },
  RECOGNIZED_AT_ASC: { ...RECOGNIZED_AT, direction: "ASC" },
  CONFIDENCE_DESC: { ...CONFIDENCE, direction: "DESC" },
  CONFIDENCE_ASC: { ...CONFIDENCE, direction: "ASC" },
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
  /** What each reading brings along. */
  parts: RecognitionParts;
}

export interface RecognitionPage {
  rows: PlateRecognitionRow[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

/** Rows whose column holds one of the values, each value's own rows found in order through an index that begins with the column. */
export interface EachOf {
  column: "plate_number" | "camera_id" | "type";
  values: readonly string[];
}

export function positionOf(order: RecognitionOrder, row: PlateRecognitionRow): Position {
  return { value: ORDER_KEYS[order].valueOf(row), id: row.key };
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
export function pageStatement(
  principal: Principal,
  filter: RecognitionFilter,
  page: PageRequest,
  eachOf: EachOf | null,
): Statement<PlateRecognitionRow> {
  const parameters = new Parameters();
  const rows = pageRows(principal, filter, page, eachOf, parameters);
  return selected(rows, page, `${orderBy(page)} LIMIT ${page.size + 1}`, parameters);
}

/** The same page of each of many plates' histories, in one statement; rows carry the plate they belong to. */
export function pagePerPlateStatement(
  principal: Principal,
  plateNumbers: readonly string[],
  page: PageRequest,
): Statement<PlateRecognitionRow> {
  const parameters = new Parameters();
  const rows = pageRows(principal, {}, page, { column: "plate_number", values: plateNumbers }, parameters);
  return selected(rows, page, `ORDER BY p.plate_number, ${orderBy(page).slice("ORDER BY ".length)}`, parameters);
}

/** Drops the extra row, turns a backward page round and says what lies on either side. */
export function pageOf(rows: readonly PlateRecognitionRow[], page: PageRequest): RecognitionPage {
  const goesOn = rows.length > page.size;
  const kept = goesOn ? rows.slice(0, page.size) : [...rows];
  return page.backward
    ? { rows: kept.reverse(), hasNextPage: page.before !== null, hasPreviousPage: goesOn }
    : { rows: kept, hasNextPage: goesOn, hasPreviousPage: page.after !== null };
}

/** The rows of the page before anything is joined to them. */
function pageRows(
  principal: Principal,
  filter: RecognitionFilter,
  page: PageRequest,
  eachOf: EachOf | null,
  parameters: Parameters,
): string {
  const conditions = [
    `p.partner_id = ${parameters.add(principal.partnerId)}`,
    ...(eachOf ? [`p.${eachOf.column} = wanted.value`] : []),
    ...conditionsOf(filter, parameters),
    ...bounds(page, parameters),
  ];
  // The limit stands in the text: a plan made for any limit would expect a tenth of the table.
  const rows = `SELECT p.* FROM plate_recognitions p WHERE ${conditions.join(" AND ")} ${orderBy(page)} LIMIT ${page.size + 1}`;
  return eachOf
    ? `SELECT p.* FROM unnest(${parameters.add(eachOf.values)}::text[]) AS wanted(value) CROSS JOIN LATERAL (${rows}) p`
    : rows;
}

function selected(
  rows: string,
  page: PageRequest,
  tail: string,
  { values }: Parameters,
): Statement<PlateRecognitionRow> {
  const { columns, join, read } = recognitionSelection(page.parts);
  return { text: `SELECT ${columns.join(", ")} FROM (${rows}) p ${join} ${tail}`, values, read };
}

function bounds({ order, after, before }: PageRequest, parameters: Parameters): string[] {
  const { column, cast, direction } = ORDER_KEYS[order];
  const past = direction === "ASC" ? ">" : "<";
  const short = direction === "ASC" ? "<" : ">";
  const bound = (operator: string, { value, id }: Position): string =>
    `(${column}, p.id) ${operator} (${parameters.add(value)}::${cast}, ${parameters.add(id)}::uuid)`;
  return [...(after ? [bound(past, after)] : []), ...(before ? [bound(short, before)] : [])];
}

function orderBy({ order, backward }: PageRequest): string {
  const { column, direction } = ORDER_KEYS[order];
  const read = (direction === "ASC") === backward ? "DESC" : "ASC";
  return `ORDER BY ${column} ${read}, p.id ${read}`;
}
