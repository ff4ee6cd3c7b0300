/** Reads of readings: plain rows, the owner first. */
import type { Principal } from "../../accounts/principal.js";
import { number, type Reader } from "../../database/statement.js";
import { oneOf, Parameters } from "../../database/parameters.js";
import { narrowsPlates, type PlateRepository } from "../../plate-records/plate.repository.js";
import { recognitionSelection } from "./recognition.columns.js";
import { conditionsOf, type RecognitionFilter } from "./recognition.filter.js";
import {
  pageOf,
  pagePerPlateStatement,
  pageStatement,
  type EachOf,
  type PageRequest,
  type RecognitionPage,
} from "./recognition.page.js";
import type { PlateRecognitionRow, RecognitionParts } from "./recognition.rows.js";

/** Up to so many plates their readings are looked up plate by plate; above it the list's own order finds some of them sooner. */
const MAX_PLATES_LOOKED_UP = 1000;

export class RecognitionRepository {
  constructor(
    private readonly database: Reader,
    private readonly plates: PlateRepository,
  ) {}

  async findPage(principal: Principal, filter: RecognitionFilter, page: PageRequest): Promise<RecognitionPage> {
    const { eachOf, rest } = await this.narrowed(principal, filter, page);
    return pageOf(await this.database.rows(pageStatement(principal, rest, page, eachOf)), page);
  }

  /** One page of the history of each plate, in the order of `plateNumbers`. */
  async findPagePerPlate(
    principal: Principal,
    plateNumbers: readonly string[],
    page: PageRequest,
  ): Promise<RecognitionPage[]> {
    const rows = await this.database.rows(pagePerPlateStatement(principal, plateNumbers, page));
    const byPlate = grouped(rows, (row) => row.plateNumber);
    return plateNumbers.map((number) => pageOf(byPlate.get(number) ?? [], page));
  }

  async count(principal: Principal, filter: RecognitionFilter): Promise<number> {
    const parameters = new Parameters();
    const conditions = [`p.partner_id = ${parameters.add(principal.partnerId)}`, ...conditionsOf(filter, parameters)];
    const [count] = await this.database.rows({
      text: `SELECT count(*)::int FROM plate_recognitions p WHERE ${conditions.join(" AND ")}`,
      values: parameters.values,
      read: ([value]) => number(value),
      planAnew: true,
    });
    return count ?? 0;
  }

  /** The readings among `ids`, in any order. */
  async findByIds(
    principal: Principal,
    ids: readonly string[],
    parts: RecognitionParts,
  ): Promise<PlateRecognitionRow[]> {
    const { columns, join, read } = recognitionSelection(parts);
    const parameters = new Parameters();
    const conditions = [
      `p.partner_id = ${parameters.add(principal.partnerId)}`,
      oneOf("p.id", ids, "uuid", parameters),
    ];
    return this.database.rows({
      text: `SELECT ${columns.join(", ")} FROM plate_recognitions p ${join} WHERE ${conditions.join(" AND ")}`,
      values: parameters.values,
      read,
    });
  }

  /** The readings of each request, best first, in the order of `requestIds`. */
  async findByRequests(principal: Principal, requestIds: readonly string[]): Promise<PlateRecognitionRow[][]> {
    const { columns, read } = recognitionSelection({ boxes: true, requests: false, images: false });
    const parameters = new Parameters();
    const conditions = [
      `p.partner_id = ${parameters.add(principal.partnerId)}`,
      oneOf("p.request_id", requestIds, "uuid", parameters),
    ];
    const rows = await this.database.rows({
      text: `SELECT ${columns.join(", ")} FROM plate_recognitions p
        WHERE ${conditions.join(" AND ")} ORDER BY p.request_id, p.rank`,
      values: parameters.values,
      read,
    });
    const byRequest = grouped(rows, (row) => row.requestKey);
    return requestIds.map((id) => byRequest.get(id) ?? []);
  }

  /**
   * Finds rare rows without reading through the common ones: a list of plates, cameras or kinds becomes one lookup each, and a condition on
   * part of a number becomes the plates that meet it, where they are few.
   */
  private async narrowed(
    principal: Principal,
    filter: RecognitionFilter,
    { order }: PageRequest,
  ): Promise<{ eachOf: EachOf | null; rest: RecognitionFilter }> {
    if (narrowsPlates(filter)) {
      const numbers = await this.plates.findNumbers(principal, filter, MAX_PLATES_LOOKED_UP + 1);
      if (numbers.length <= MAX_PLATES_LOOKED_UP) {
        const rest = { ...filter, plateNumber: null, province: null };
        return { eachOf: { column: "plate_number", values: numbers }, rest };
      }
    }
    // Cameras and kinds have an index each, in the order of capture; in another order all of their rows would have to be sorted.
    if (filter.plateNumber?.eq == null && order.startsWith("CAPTURED_AT")) {
      const { cameraId, type } = filter;
      if (cameraId && cameraId.length > 1)
        return { eachOf: { column: "camera_id", values: unique(cameraId) }, rest: { ...filter, cameraId: null } };
      if (type && type.length > 1)
        return { eachOf: { column: "type", values: unique(type) }, rest: { ...filter, type: null } };
    }
    return { eachOf: null, rest: filter };
  }
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
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
