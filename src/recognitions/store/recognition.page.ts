/** Keyset pages: the rows that follow a given one, in any order, at the same cost for every page. */
import type { Principal } from "../../accounts/principal.js";
import { Parameters } from "../../database/parameters.js";
import type { Statement } from "../../database/statement.js";
import { alternativesOf, ownConditions, readConditions, type RecognitionFilter } from "./recognition.filter.js";
import { ORDERS, type Position, type RecognitionOrder } from "./recognition.order.js";
import type { PlateRecognitionRow, RecognitionParts } from "./recognition.rows.js";
import type { RecognitionTables } from "./recognition.tables.js";

/** The largest page. */
export const MAX_PAGE_SIZE = 100;

/** The first rows after `after` (backward: the last ones before `before`); both may be given and bound the range. */
export interface PageRequest {
  order: RecognitionOrder;
  /** 0 to `MAX_PAGE_SIZE`. */
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

/** Rows whose property is one of the values; each value's own rows are found in order by an index that begins with the property. */
export interface OneByOne {
  property: "plateNumber" | "cameraId" | "type";
  values: readonly string[];
  /** What else of the filter the rows must meet. */
  rest: RecognitionFilter;
}

/** One row more than the page holds is read: its presence says that the list goes on. */
export function pageStatement(
  tables: RecognitionTables,
  principal: Principal,
  filter: RecognitionFilter,
  page: PageRequest,
  oneByOne: OneByOne | null,
): Statement<PlateRecognitionRow> {
  const parameters = new Parameters();
  const limit = limitOf(page, parameters);
  const rows = pageRows(tables, principal, filter, page, oneByOne, limit, parameters);
  return selected(tables, rows, page, `ORDER BY ${orderOf(tables, page)} LIMIT ${limit}`, parameters);
}

/** The same page of each of many plates' histories, in one statement. */
export function pagePerPlateStatement(
  tables: RecognitionTables,
  principal: Principal,
  plateNumbers: readonly string[],
  page: PageRequest,
): Statement<PlateRecognitionRow> {
  const parameters = new Parameters();
  const oneByOne: OneByOne = { property: "plateNumber", values: plateNumbers, rest: {} };
  const rows = pageRows(tables, principal, {}, page, oneByOne, limitOf(page, parameters), parameters);
  return selected(tables, rows, page, `ORDER BY ${tables.p.plateNumber}, ${orderOf(tables, page)}`, parameters);
}

/** Drops the extra row, turns a backward page round and says what lies on either side. */
export function pageOf(rows: readonly PlateRecognitionRow[], page: PageRequest): RecognitionPage {
  const goesOn = rows.length > page.size;
  const kept = goesOn ? rows.slice(0, page.size) : [...rows];
  return page.backward
    ? { rows: kept.reverse(), hasNextPage: page.before !== null, hasPreviousPage: goesOn }
    : { rows: kept, hasNextPage: goesOn, hasPreviousPage: page.after !== null };
}

function limitOf({ size }: PageRequest, parameters: Parameters): string {
  return `${parameters.add(size + 1)}::int`;
}

/** The rows of the page before anything is joined to them. */
function pageRows(
  tables: RecognitionTables,
  principal: Principal,
  filter: RecognitionFilter,
  page: PageRequest,
  oneByOne: OneByOne | null,
  limit: string,
  parameters: Parameters,
): string {
  const { p, fromRecognitions } = tables;
  const everywhere = [`${p.partnerId} = ${parameters.add(principal.partnerId)}`, ...bounds(tables, page, parameters)];
  // The largest page's limit stands in the text: for a parameter alone PostgreSQL would plan for a tenth of the table.
  const most = (conditions: readonly string[]): string =>
    `SELECT p.* FROM ${fromRecognitions} WHERE ${[...everywhere, ...conditions].join(" AND ")}
      ORDER BY ${orderOf(tables, page)} LIMIT ${MAX_PAGE_SIZE + 1}`;
  if (oneByOne === null) return together(alternativesOf(filter, p, parameters).map(most));
  const { property, rest } = oneByOne;
  const values = `unnest(${parameters.add(oneByOne.values)}::text[]) AS wanted(value)`;
  const each = (conditions: readonly string[]): string =>
    `SELECT p.* FROM ${values} CROSS JOIN LATERAL
      (SELECT p.* FROM (${most([`${p[property]} = wanted.value`, ...conditions])}) p LIMIT ${limit}) p`;
  if (property !== "plateNumber") return together(alternativesOf(rest, p, parameters).map(each));
  // The values stand for the number's conditions; what was read is looked up by those themselves.
  const read = readConditions(filter, p, parameters);
  return together([each(ownConditions(rest, p, parameters)), ...(read === null ? [] : [most(read)])]);
}

function together(selects: readonly string[]): string {
  return selects.length === 1
    ? (selects[0] ?? "")
    : selects.map((rows) => `SELECT p.* FROM (${rows}) p`).join(" UNION ALL ");
}

function selected(
  tables: RecognitionTables,
  rows: string,
  page: PageRequest,
  tail: string,
  { values }: Parameters,
): Statement<PlateRecognitionRow> {
  const { columns, join, read } = tables.recognitionWith(page.parts);
  return { text: `SELECT ${columns.join(", ")} FROM (${rows}) p ${join} ${tail}`, values, read };
}

function bounds({ p }: RecognitionTables, { order, after, before }: PageRequest, parameters: Parameters): string[] {
  const { property, cast, direction } = ORDERS[order];
  const bound = (operator: string, { value, id }: Position): string =>
    `(${p[property]}, ${p.id}) ${operator} (${parameters.add(value)}::${cast}, ${parameters.add(id)}::uuid)`;
  return [
    ...(after ? [bound(direction === "ASC" ? ">" : "<", after)] : []),
    ...(before ? [bound(direction === "ASC" ? "<" : ">", before)] : []),
  ];
}

function orderOf({ p }: RecognitionTables, { order, backward }: PageRequest): string {
  const { property, direction } = ORDERS[order];
  const read = (direction === "ASC") === backward ? "DESC" : "ASC";
  return `${p[property]} ${read}, ${p.id} ${read}`;
}
