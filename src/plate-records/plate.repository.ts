/** Reads of plates: by number, by part of one, by similarity. */
import type { Principal } from "../accounts/principal.js";
import { text, type Reader } from "../database/statement.js";
import { plateDistance } from "../plates/plate.distance.js";
import { oneOf, Parameters } from "../database/parameters.js";
import { numberConditions, provinceCondition, type Optional, type PlateNumberFilter } from "./plate-number.filter.js";
import type { PlateRow, PlateTable } from "./plate.table.js";

export interface PlateMatch {
  plate: PlateRow;
  /** In edits: 0 is the plate itself, an edit counts 1, a character that looks like the other 0.5. */
  distance: number;
}

/** Conditions on a plate itself; both must hold. */
export interface PlateCondition {
  plateNumber?: Optional<PlateNumberFilter>;
  /** Any of these province abbreviations. */
  province?: Optional<readonly string[]>;
}

/** Whether the plates that meet `condition` can be looked up before their readings are. */
export function narrowsPlates({ plateNumber, province }: PlateCondition): boolean {
  if (plateNumber?.eq != null) return false;
  return province?.length === 1 || Object.values(plateNumber ?? {}).some((condition) => condition != null);
}

export class PlateRepository {
  constructor(
    private readonly database: Reader,
    private readonly table: PlateTable,
  ) {}

  /** The row of each plate, in the order of `numbers`; null for a plate without readings. */
  async findPlates(principal: Principal, numbers: readonly string[]): Promise<(PlateRow | null)[]> {
    const { q, from, selection } = this.table;
    const parameters = new Parameters();
    const conditions = [
      `${q.partnerId} = ${parameters.add(principal.partnerId)}`,
      oneOf(q.number, numbers, "text", parameters),
    ];
    const rows = await this.database.rows({
      text: `SELECT ${selection.columns.join(", ")} FROM ${from} WHERE ${conditions.join(" AND ")}`,
      values: parameters.values,
      read: selection.read,
    });
    const byNumber = new Map(rows.map((row) => [row.number, row]));
    return numbers.map((number) => byNumber.get(number) ?? null);
  }

  /** Up to `limit` numbers that meet `condition`, in no order. */
  async findNumbers(principal: Principal, { plateNumber, province }: PlateCondition, limit: number): Promise<string[]> {
    const { n, fromNumbers } = this.table;
    const parameters = new Parameters();
    const conditions = [
      `${n.partnerId} = ${parameters.add(principal.partnerId)}`,
      ...numberConditions(plateNumber ?? {}, n.number, parameters),
      ...(province ? [provinceCondition(n.number, province, parameters)] : []),
    ];
    return this.database.rows({
      text: `SELECT ${n.number} FROM ${fromNumbers} WHERE ${conditions.join(" AND ")} LIMIT ${limit}`,
      values: parameters.values,
      read: ([value]) => text(value),
    });
  }

  /** The plates within `maxDistance` of the number, nearest first, then those seen most often. */
  async findSimilar(principal: Principal, number: string, maxDistance: number, limit: number): Promise<PlateMatch[]> {
    const { q, n, from, fromNumbers, selection } = this.table;
    const rows = await this.database.rows({
      // The LIMIT makes each plate a look-up: PostgreSQL expects far more matches than there are, and would read all plates to join them.
      text: `SELECT ${selection.columns.join(", ")} FROM ${fromNumbers}
        CROSS JOIN LATERAL (SELECT q.* FROM ${from} WHERE ${q.partnerId} = ${n.partnerId} AND ${q.number} = ${n.number} LIMIT 1) q
        WHERE ${n.partnerId} = $1 AND plate_search_keys(${n.number}) && plate_search_keys($2::text)`,
      values: [principal.partnerId, number],
      read: selection.read,
    });
    return rows
      .map((plate) => ({ plate, distance: plateDistance(number, plate.number) }))
      .filter(({ distance }) => distance <= maxDistance)
      .sort(
        (left, right) =>
          left.distance - right.distance ||
          right.plate.sightings - left.plate.sightings ||
          (left.plate.number < right.plate.number ? -1 : 1),
      )
      .slice(0, limit);
  }
}
