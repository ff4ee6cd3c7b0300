/** Reads of plates: by number, by part of one, by similarity. */
import type { Principal } from "../accounts/principal.js";
import { text, type Reader } from "../database/statement.js";
import { plateDistance } from "../plates/plate.distance.js";
import type { CorrectedReadings } from "./corrected.readings.js";
import { oneOf, Parameters } from "../database/parameters.js";
import {
  holdsNumberCondition,
  numberConditions,
  provinceCondition,
  type Optional,
  type PlateNumberFilter,
} from "./plate-number.filter.js";
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
  return province?.length === 1 || holdsNumberCondition(plateNumber);
}

export class PlateRepository {
  constructor(
    private readonly database: Reader,
    private readonly table: PlateTable,
    private readonly corrected: CorrectedReadings,
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

  /** For each number, the plate that a reading of it was corrected to; of several the one with the latest photo. In the order of `numbers`. */
  async findPlatesReadAs(principal: Principal, numbers: readonly string[]): Promise<(PlateRow | null)[]> {
    const { q, from, selection } = this.table;
    const { from: fromReadings, columns: p } = this.corrected;
    const parameters = new Parameters();
    const conditions = [
      `${p.partnerId} = ${parameters.add(principal.partnerId)}`,
      `${p.readPlateNumber} IS NOT NULL`,
      oneOf(p.readPlateNumber, numbers, "text", parameters),
    ];
    const rows = await this.database.rows({
      text: `SELECT ${selection.columns.join(", ")}, p.read FROM (
          SELECT DISTINCT ON (${p.readPlateNumber}) ${p.readPlateNumber} AS read, ${p.plateNumber} AS number FROM ${fromReadings}
          WHERE ${conditions.join(" AND ")} ORDER BY ${p.readPlateNumber}, ${p.capturedAt} DESC, ${p.id} DESC
        ) p JOIN ${from} ON ${q.partnerId} = $1 AND ${q.number} = p.number`,
      values: parameters.values,
      read: (columns) => ({ plate: selection.read(columns), read: text(columns[selection.columns.length]) }),
    });
    const byNumber = new Map(rows.map(({ plate, read }) => [read, plate]));
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

  /**
   * The plates within `maxDistance` of the number, nearest first, then those seen most often. What the engine read before a correction counts as a number
   * of the plate that it was corrected to.
   */
  async findSimilar(principal: Principal, number: string, maxDistance: number, limit: number): Promise<PlateMatch[]> {
    const { q, n, from, fromNumbers, selection } = this.table;
    const { from: fromReadings, columns: p } = this.corrected;
    const columns = selection.columns.join(", ");
    const rows = await this.database.rows({
      // The LIMIT makes each plate a look-up: PostgreSQL expects far more matches than there are, and would read all plates to join them.
      text: `SELECT ${columns}, ${q.number} FROM ${fromNumbers}
        CROSS JOIN LATERAL (SELECT q.* FROM ${from} WHERE ${q.partnerId} = ${n.partnerId} AND ${q.number} = ${n.number} LIMIT 1) q
        WHERE ${n.partnerId} = $1 AND plate_search_keys(${n.number}) && plate_search_keys($2::text)
        UNION ALL SELECT ${columns}, p.read FROM (
          SELECT DISTINCT ${p.plateNumber} AS number, ${p.readPlateNumber} AS read FROM ${fromReadings}
          WHERE ${p.partnerId} = $1 AND ${p.readPlateNumber} IS NOT NULL
            AND plate_search_keys(${p.readPlateNumber}) && plate_search_keys($2::text)
        ) p CROSS JOIN LATERAL (SELECT q.* FROM ${from} WHERE ${q.partnerId} = $1 AND ${q.number} = p.number LIMIT 1) q`,
      values: [principal.partnerId, number],
      read: (values) => {
        const known = text(values[selection.columns.length]);
        return { plate: selection.read(values), distance: plateDistance(number, known) };
      },
    });
    return nearest(rows)
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

/** Each plate once, with its smallest distance. */
function nearest(matches: readonly PlateMatch[]): PlateMatch[] {
  const byNumber = new Map<string, PlateMatch>();
  for (const match of matches) {
    const other = byNumber.get(match.plate.number);
    if (other === undefined || match.distance < other.distance) byNumber.set(match.plate.number, match);
  }
  return [...byNumber.values()];
}
