/** Reads of readings: plain rows of the principal's partner. */
import type { Principal } from "../../accounts/principal.js";
import { number, type Reader } from "../../database/statement.js";
import { equalTo, pageOf } from "../../database/keyset.js";
import { oneOf, Parameters } from "../../database/parameters.js";
import { holdsNumberCondition } from "../../plate-records/plate-number.filter.js";
import type { CorrectedReadingsLookUp, ReadAs } from "../../plate-records/corrected.readings.js";
import { narrowsPlates, type PlateRepository } from "../../plate-records/plate.repository.js";
import { selectReadings, type RecognitionFilter } from "./recognition.filter.js";
import {
  pagePerPlateStatement,
  pageStatement,
  type Narrowed,
  type RecognitionPage,
  type RecognitionPageRequest,
} from "./recognition.page.js";
import type { PlateRecognitionRow, RecognitionParts } from "./recognition.rows.js";
import type { RecognitionTables } from "./recognition.tables.js";

/** Readings of up to this many plates are looked up plate by plate; for more, the index of the order finds a page sooner. */
const MAX_PLATES_LOOKED_UP = 1000;

export class RecognitionRepository {
  constructor(
    private readonly database: Reader,
    private readonly tables: RecognitionTables,
    private readonly plates: PlateRepository,
    private readonly corrected: CorrectedReadingsLookUp,
    private readonly maxPlatesLookedUp = MAX_PLATES_LOOKED_UP,
  ) {}

  async findPage(
    principal: Principal,
    filter: RecognitionFilter,
    page: RecognitionPageRequest,
  ): Promise<RecognitionPage> {
    const narrowed = await this.narrowed(principal, filter, page);
    const readAs = await this.readAs(principal, filter.plateNumber, narrowed);
    const statement = pageStatement(this.tables, principal, filter, page, narrowed, readAs);
    return pageOf(await this.database.rows(statement), page);
  }

  /** One page of the history of each plate, in the order of `plateNumbers`. */
  async findPagePerPlate(
    principal: Principal,
    plateNumbers: readonly string[],
    page: RecognitionPageRequest,
  ): Promise<RecognitionPage[]> {
    const rows = await this.database.rows(pagePerPlateStatement(this.tables, principal, plateNumbers, page));
    const byPlate = grouped(rows, (row) => row.plateNumber);
    return plateNumbers.map((number) => pageOf(byPlate.get(number) ?? [], page));
  }

  async count(principal: Principal, filter: RecognitionFilter): Promise<number> {
    const { p, fromRecognitions } = this.tables;
    const parameters = new Parameters();
    const rows = selectReadings(fromRecognitions, "1", principal, filter, p, parameters);
    const [count] = await this.database.rows({
      text: `SELECT count(*)::int FROM (${rows}) p`,
      values: parameters.values,
      read: ([value]) => number(value),
      customPlan: true,
    });
    return count ?? 0;
  }

  /** How many readings have this number; not those whose number was corrected to another. */
  async countOfPlate(principal: Principal, plateNumber: string): Promise<number> {
    const { p, fromRecognitions } = this.tables;
    const [count] = await this.database.rows({
      text: `SELECT count(*)::int FROM ${fromRecognitions} WHERE ${p.partnerId} = $1 AND ${p.plateNumber} = $2`,
      values: [principal.partnerId, plateNumber],
      read: ([value]) => number(value),
      customPlan: true,
    });
    return count ?? 0;
  }

  /** The readings among `ids`, in any order. */
  async findByIds(
    principal: Principal,
    ids: readonly string[],
    parts: RecognitionParts,
  ): Promise<PlateRecognitionRow[]> {
    const { p, fromRecognitions } = this.tables;
    const { columns, join, read } = this.tables.recognitionWith(parts);
    const parameters = new Parameters();
    const conditions = [
      `${p.partnerId} = ${parameters.add(principal.partnerId)}`,
      oneOf(p.id, ids, "uuid", parameters),
    ];
    return this.database.rows({
      text: `SELECT ${columns.join(", ")} FROM ${fromRecognitions} ${join} WHERE ${conditions.join(" AND ")}`,
      values: parameters.values,
      read,
    });
  }

  /** The readings of each request, best first, in the order of `requestIds`. */
  async findByRequests(principal: Principal, requestIds: readonly string[]): Promise<PlateRecognitionRow[][]> {
    const { p, fromRecognitions } = this.tables;
    const { columns, read } = this.tables.recognitionWith({ boxes: true, requests: false, images: false });
    const parameters = new Parameters();
    const conditions = [
      `${p.partnerId} = ${parameters.add(principal.partnerId)}`,
      oneOf(p.requestId, requestIds, "uuid", parameters),
    ];
    const rows = await this.database.rows({
      text: `SELECT ${columns.join(", ")} FROM ${fromRecognitions}
        WHERE ${conditions.join(" AND ")} ORDER BY ${p.requestId}, ${p.rank}`,
      values: parameters.values,
      read,
    });
    const byRequest = grouped(rows, (row) => row.requestKey);
    return requestIds.map((id) => byRequest.get(id) ?? []);
  }

  /** The ids of the readings that meet the conditions on the number by what the engine read alone. */
  private async readAs(
    principal: Principal,
    plateNumber: RecognitionFilter["plateNumber"],
    narrowed: Narrowed | null,
  ): Promise<ReadAs> {
    if (!holdsNumberCondition(plateNumber)) return [];
    // Readings of one text are found by the page's own statement.
    if (plateNumber.eq != null) return "many";
    const found = await this.corrected.find(principal, plateNumber, "id");
    // Where few plates meet the conditions, the index of the order would be gone through in vain.
    return found === "unknown" && narrowed?.byPlate ? this.corrected.findAll(principal, plateNumber, "id") : found;
  }

  /**
   * Finds rare rows without reading the common ones: a list of plates, cameras or types becomes one index lookup for each value, and a condition on
   * part of a number becomes the plates that meet it, where they are at most `MAX_PLATES_LOOKED_UP`.
   */
  private async narrowed(
    principal: Principal,
    filter: RecognitionFilter,
    { order }: RecognitionPageRequest,
  ): Promise<Narrowed | null> {
    if (narrowsPlates(filter)) {
      const numbers = await this.plates.findNumbers(principal, filter, this.maxPlatesLookedUp + 1);
      if (numbers.length <= this.maxPlatesLookedUp) {
        const rest = { ...filter, plateNumber: null, province: null };
        return { oneByOne: equalTo([this.tables.p.plateNumber], [numbers]), rest, byPlate: true };
      }
    }
    // The indexes of cameras and types are in the order of capture; in another order all of their rows would have to be sorted.
    if (filter.plateNumber?.eq == null && order.startsWith("CAPTURED_AT")) {
      const { p } = this.tables;
      const { cameraId, type } = filter;
      if (cameraId && cameraId.length > 1)
        return {
          oneByOne: equalTo([p.cameraId], [unique(cameraId)]),
          rest: { ...filter, cameraId: null },
          byPlate: false,
        };
      if (type && type.length > 1)
        return { oneByOne: equalTo([p.type], [unique(type)]), rest: { ...filter, type: null }, byPlate: false };
    }
    return null;
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
