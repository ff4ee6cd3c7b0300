/** Reads of plates and readings: plain rows, the owner first. */
import type { Database } from "../database/database.js";
import { conditionsOf, Parameters, type RecognitionFilter } from "./recognition.filter.js";
import {
  pageOf,
  pagePerPlateStatement,
  pageStatement,
  type PageRequest,
  type RecognitionPage,
} from "./recognition.page.js";
import { PLATE_COLUMNS, RECOGNITION_COLUMNS, type PlateRecognitionRow, type PlateRow } from "./recognition.rows.js";

export class RecognitionRepository {
  constructor(private readonly database: Database) {}

  async findPage(partnerId: string, filter: RecognitionFilter, page: PageRequest): Promise<RecognitionPage> {
    return pageOf(await this.database.rows<PlateRecognitionRow>(pageStatement(partnerId, filter, page)), page);
  }

  /** One page of the history of each plate, in the order of `plateNumbers`. */
  async findPagePerPlate(
    partnerId: string,
    plateNumbers: readonly string[],
    page: PageRequest,
  ): Promise<RecognitionPage[]> {
    const rows = await this.database.rows<PlateRecognitionRow>(pagePerPlateStatement(partnerId, plateNumbers, page));
    const byPlate = grouped(rows, (row) => row.plateNumber);
    return plateNumbers.map((number) => pageOf(byPlate.get(number) ?? [], page));
  }

  async count(partnerId: string, filter: RecognitionFilter): Promise<number> {
    const parameters = new Parameters();
    const conditions = [`p.partner_id = ${parameters.add(partnerId)}`, ...conditionsOf(filter, parameters)];
    const [row] = await this.database.rows<{ count: number }>({
      text: `SELECT count(*)::int AS "count" FROM plate_recognitions p WHERE ${conditions.join(" AND ")}`,
      values: parameters.values,
    });
    return row?.count ?? 0;
  }

  /** The readings among `ids`, in any order. */
  async findByIds(partnerId: string, ids: readonly string[]): Promise<PlateRecognitionRow[]> {
    return this.database.rows<PlateRecognitionRow>({
      text: `SELECT ${RECOGNITION_COLUMNS} FROM plate_recognitions p WHERE p.partner_id = $1 AND p.id = ANY($2::uuid[])`,
      values: [partnerId, ids],
    });
  }

  /** The readings of each request, best first, in the order of `requestIds`. */
  async findByRequests(partnerId: string, requestIds: readonly string[]): Promise<PlateRecognitionRow[][]> {
    const rows = await this.database.rows<PlateRecognitionRow>({
      text: `SELECT ${RECOGNITION_COLUMNS} FROM plate_recognitions p
        WHERE p.partner_id = $1 AND p.request_id = ANY($2::uuid[]) ORDER BY p.request_id, p.rank`,
      values: [partnerId, requestIds],
    });
    const byRequest = grouped(rows, (row) => row.requestId);
    return requestIds.map((id) => byRequest.get(id) ?? []);
  }

  /** What is known of each plate, in the order of `numbers`; null for one that was never seen. */
  async findPlates(partnerId: string, numbers: readonly string[]): Promise<(PlateRow | null)[]> {
    const rows = await this.database.rows<PlateRow>({
      text: `SELECT ${PLATE_COLUMNS} FROM plate_recognitions p
        WHERE p.partner_id = $1 AND p.plate_number = ANY($2::text[]) GROUP BY p.plate_number`,
      values: [partnerId, numbers],
    });
    const byNumber = new Map(rows.map((row) => [row.number, row]));
    return numbers.map((number) => byNumber.get(number) ?? null);
  }
}

function grouped<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}
