/** The statements of pages of readings. */
import type { Principal } from "../../accounts/principal.js";
import { equalTo, limitOf, pageRows, type OneByOne, type Page, type PageRequest } from "../../database/keyset.js";
import { Parameters } from "../../database/parameters.js";
import type { Statement } from "../../database/statement.js";
import { conditionsOf, type RecognitionFilter } from "./recognition.filter.js";
import { RECOGNITION_LIST, type RecognitionOrder } from "./recognition.order.js";
import type { PlateRecognitionRow, RecognitionParts } from "./recognition.rows.js";
import type { RecognitionTables } from "./recognition.tables.js";

export interface RecognitionPageRequest extends PageRequest<RecognitionOrder> {
  /** What each reading brings along. */
  parts: RecognitionParts;
}

export type RecognitionPage = Page<PlateRecognitionRow>;

export function pageStatement(
  tables: RecognitionTables,
  principal: Principal,
  filter: RecognitionFilter,
  page: RecognitionPageRequest,
  oneByOne: OneByOne | null,
): Statement<PlateRecognitionRow> {
  const parameters = new Parameters();
  const limit = limitOf(page, parameters);
  const rows = rowsOf(tables, principal, filter, page, oneByOne, limit, parameters);
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
  const oneByOne = equalTo([tables.p.plateNumber], [plateNumbers]);
  const rows = rowsOf(tables, principal, {}, page, oneByOne, limitOf(page, parameters), parameters);
  const orderBy = RECOGNITION_LIST.orderBy(tables.p, page);
  return selected(tables, rows, page, `ORDER BY ${tables.p.plateNumber}, ${orderBy}`, parameters);
}

function rowsOf(
  tables: RecognitionTables,
  principal: Principal,
  filter: RecognitionFilter,
  page: RecognitionPageRequest,
  oneByOne: OneByOne | null,
  limit: string,
  parameters: Parameters,
): string {
  const { p, fromRecognitions: from } = tables;
  const conditions = [
    `${p.partnerId} = ${parameters.add(principal.partnerId)}`,
    ...conditionsOf(filter, p, parameters),
    ...RECOGNITION_LIST.bounds(p, page, parameters),
  ];
  const orderBy = RECOGNITION_LIST.orderBy(p, page);
  return pageRows({ from, alias: "p", conditions, orderBy, oneByOne, limit }, parameters);
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
