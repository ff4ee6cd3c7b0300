/** The statements of pages of readings. */
import type { Principal } from "../../accounts/principal.js";
import { equalTo, limitOf, pageRows, type OneByOne, type Page, type PageRequest } from "../../database/keyset.js";
import { oneOf, Parameters } from "../../database/parameters.js";
import type { Statement } from "../../database/statement.js";
import type { ReadAs } from "../../plate-records/corrected.readings.js";
import { eitherConditions, ownConditions, readConditions, type RecognitionFilter } from "./recognition.filter.js";
import { RECOGNITION_LIST, type RecognitionOrder } from "./recognition.order.js";
import type { PlateRecognitionRow, RecognitionParts } from "./recognition.rows.js";
import type { RecognitionTables } from "./recognition.tables.js";

export interface RecognitionPageRequest extends PageRequest<RecognitionOrder> {
  /** What each reading brings along. */
  parts: RecognitionParts;
}

export type RecognitionPage = Page<PlateRecognitionRow>;

/** A condition of the filter whose values are looked up one by one, and what else of the filter the rows must meet. */
export interface Narrowed {
  oneByOne: OneByOne;
  rest: RecognitionFilter;
  /** Whether the values are the plates that meet the conditions on the number. */
  byPlate: boolean;
}

/** @param readAs the readings that meet the conditions on the number by what the engine read alone */
export function pageStatement(
  tables: RecognitionTables,
  principal: Principal,
  filter: RecognitionFilter,
  page: RecognitionPageRequest,
  narrowed: Narrowed | null,
  readAs: ReadAs,
): Statement<PlateRecognitionRow> {
  const parameters = new Parameters();
  const limit = limitOf(page, parameters);
  const rows = rowsOf(tables, principal, filter, page, narrowed, readAs, limit, parameters);
  const orderBy = RECOGNITION_LIST.orderBy(tables.p, page);
  return selected(tables, rows, page, `ORDER BY ${orderBy} LIMIT ${limit}`, parameters);
}

/** The same page of each of many plates' histories, in one statement. */
export function pagePerPlateStatement(
  tables: RecognitionTables,
  principal: Principal,
  plateNumbers: readonly string[],
  page: RecognitionPageRequest,
): Statement<PlateRecognitionRow> {
  const parameters = new Parameters();
  const plates = { oneByOne: equalTo([tables.p.plateNumber], [plateNumbers]), rest: {}, byPlate: true };
  const rows = rowsOf(tables, principal, {}, page, plates, [], limitOf(page, parameters), parameters);
  const orderBy = RECOGNITION_LIST.orderBy(tables.p, page);
  return selected(tables, rows, page, `ORDER BY ${tables.p.plateNumber}, ${orderBy}`, parameters);
}

function rowsOf(
  tables: RecognitionTables,
  principal: Principal,
  filter: RecognitionFilter,
  page: RecognitionPageRequest,
  narrowed: Narrowed | null,
  readAs: ReadAs,
  limit: string,
  parameters: Parameters,
): string {
  const { p, fromRecognitions: from } = tables;
  const everywhere = [
    `${p.partnerId} = ${parameters.add(principal.partnerId)}`,
    ...RECOGNITION_LIST.bounds(p, page, parameters),
  ];
  const orderBy = RECOGNITION_LIST.orderBy(p, page);
  const select = (conditions: readonly string[], oneByOne: OneByOne | null): string =>
    pageRows({ from, alias: "p", conditions: [...everywhere, ...conditions], orderBy, oneByOne, limit }, parameters);
  const { oneByOne, rest, byPlate } = narrowed ?? { oneByOne: null, rest: filter, byPlate: false };
  if (readAs === "unknown" && !byPlate) return select(eitherConditions(rest, p, parameters), oneByOne);
  const own = select(ownConditions(rest, p, parameters), oneByOne);
  // The plates stand for the conditions on the number; what the engine read is looked up by the conditions themselves.
  const read = readAs.length === 0 ? null : readConditions(byPlate ? filter : rest, p, parameters);
  if (read === null) return own;
  const among = typeof readAs === "string" ? [] : [oneOf(p.id, readAs, "uuid", parameters)];
  return together([own, select([...read, ...among], byPlate ? null : oneByOne)]);
}

function together(selects: readonly string[]): string {
  const [first = ""] = selects;
  return selects.length === 1 ? first : selects.map((rows) => `SELECT p.* FROM (${rows}) p`).join(" UNION ALL ");
}

function selected(
  tables: RecognitionTables,
  rows: string,
  page: RecognitionPageRequest,
  tail: string,
  { values }: Parameters,
): Statement<PlateRecognitionRow> {
  const { columns, join, read } = tables.recognitionWith(page.parts);
  return { text: `SELECT ${columns.join(", ")} FROM (${rows}) p ${join} ${tail}`, values, read };
}
