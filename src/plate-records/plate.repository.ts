/** Reads of plates: by number, by part of one, by similarity. */
import type { Principal } from "../accounts/principal.js";
import { text, type Reader } from "../database/statement.js";
import { distancesFrom } from "../plates/plate.distance.js";
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
    const near = await this.findNear(principal, number, maxDistance);
    near.sort((left, right) => left.distance - right.distance);
    const farthest = near[limit - 1]?.distance ?? maxDistance;
    const wanted = near.filter(({ distance }) => distance <= farthest);
    // Numbers first, plates of the near ones then: of five million readings, some 2,000 plates share a key with the number, and 60 are near.
    const plates = await this.findPlates(
      principal,
      wanted.map((match) => match.number),
    );
    return wanted
      .flatMap(({ distance }, index) => {
        const plate = plates[index];
        return plate ? [{ plate, distance }] : [];
      })
      .sort(
        (left, right) =>
          left.distance - right.distance ||
          right.plate.sightings - left.plate.sightings ||
          (left.plate.number < right.plate.number ? -1 : 1),
      )
      .slice(0, limit);
  }

  /** The plates within `maxDistance`, in no order; of a plate with several numbers, the smallest distance. */
  private async findNear(
    { partnerId }: Principal,
    number: string,
    maxDistance: number,
  ): Promise<{ number: string; distance: number }[]> {
    const { n, fromNumbers } = this.table;
    const { from: fromReadings, columns: p } = this.corrected;
    // One row of JSON: thousands of rows took the event loop three times as long as comparing what they hold.
    const [like] = await this.database.rows({
      text: `SELECT (SELECT json_agg(${n.number}) FROM ${fromNumbers}
          WHERE ${n.partnerId} = $1 AND plate_search_keys(${n.number}) && plate_search_keys($2::text)),
        (SELECT json_agg(json_build_array(corrected.number, corrected.read)) FROM (
          SELECT DISTINCT ${p.plateNumber} AS number, ${p.readPlateNumber} AS read FROM ${fromReadings}
          WHERE ${p.partnerId} = $1 AND ${p.readPlateNumber} IS NOT NULL
            AND plate_search_keys(${p.readPlateNumber}) && plate_search_keys($2::text)) corrected)`,
      values: [partnerId, number],
      read: ([plates, readAs]) => ({
        plates: JSON.parse(plates ?? "[]") as string[],
        readAs: JSON.parse(readAs ?? "[]") as [plate: string, read: string][],
      }),
    });
    const distance = distancesFrom(number);
    const near = new Map<string, number>();
    const add = (plate: string, known: string): void => {
      const far = distance(known);
      if (far <= maxDistance) near.set(plate, Math.min(far, near.get(plate) ?? far));
    };
    for (const plate of like?.plates ?? []) add(plate, plate);
    for (const [plate, read] of like?.readAs ?? []) add(plate, read);
    return Array.from(near, ([plate, nearest]) => ({ number: plate, distance: nearest }));
  }
}
