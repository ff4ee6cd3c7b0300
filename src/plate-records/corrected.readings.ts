/** Readings whose number was corrected, looked up by what the engine read. */
import type { Principal } from "../accounts/principal.js";
import { Parameters } from "../database/parameters.js";
import { number, text, textOrNull, type Reader } from "../database/statement.js";
import { numberConditions, type PlateNumberFilter } from "./plate-number.filter.js";

/** The readings, as statements name them, whose `readPlateNumber` holds what the engine read where that was corrected to `plateNumber`. */
export interface CorrectedReadings {
  from: string;
  columns: Readonly<Record<"partnerId" | "id" | "plateNumber" | "readPlateNumber" | "capturedAt", string>>;
}

/**
 * What meets a filter by what the engine read and not by the corrected number: all of it, where it is few. "unknown": so many readings meet the filter by
 * what was read that they were not all compared with their numbers.
 */
export type ReadAs = readonly string[] | "many" | "unknown";

/** How much is looked up one by one and sorted; of more, the index of a list's order finds a page sooner. */
export interface ReadAsBounds {
  few: number;
  /** Corrected readings that are compared with their numbers. */
  compared: number;
}
export const READ_AS_BOUNDS: ReadAsBounds = { few: 1000, compared: 10_000 };

/** Of a reading that was corrected, whose text meets `filter`. The indexes of read texts hold corrected readings only. */
export function readAsConditions(filter: PlateNumberFilter, readPlateNumber: string, parameters: Parameters): string[] {
  return [`${readPlateNumber} IS NOT NULL`, ...numberConditions(filter, readPlateNumber, parameters)];
}

export class CorrectedReadingsLookUp {
  constructor(
    private readonly database: Reader,
    readonly readings: CorrectedReadings,
    private readonly bounds = READ_AS_BOUNDS,
  ) {}

  /** The ids of the readings, or their plates. */
  async find(principal: Principal, filter: PlateNumberFilter, property: "id" | "plateNumber"): Promise<ReadAs> {
    const { few, compared } = this.bounds;
    const parameters = new Parameters();
    const { rows, apart, column } = this.parts(principal, filter, property, parameters);
    const [found] = await this.database.rows({
      text: `SELECT count(*), json_agg(DISTINCT found) FILTER (WHERE apart)
        FROM (SELECT ${column} AS found, ${apart} AS apart ${rows} LIMIT ${compared + 1}) p`,
      values: parameters.values,
      read: ([count, values]) => ({
        count: number(count),
        values: JSON.parse(textOrNull(values) ?? "[]") as string[],
      }),
    });
    const { count = 0, values = [] } = found ?? {};
    if (values.length > few) return "many";
    return count > compared ? "unknown" : values;
  }

  /** The same with every reading compared, however many there are. */
  async findAll(
    principal: Principal,
    filter: PlateNumberFilter,
    property: "id" | "plateNumber",
  ): Promise<Exclude<ReadAs, "unknown">> {
    const { few } = this.bounds;
    const parameters = new Parameters();
    const { rows, apart, column } = this.parts(principal, filter, property, parameters);
    const values = await this.database.rows({
      text: `SELECT DISTINCT ${column} ${rows} AND ${apart} LIMIT ${few + 1}`,
      values: parameters.values,
      read: ([value]) => text(value),
    });
    return values.length > few ? "many" : values;
  }

  private parts(
    principal: Principal,
    filter: PlateNumberFilter,
    property: "id" | "plateNumber",
    parameters: Parameters,
  ): { rows: string; apart: string; column: string } {
    const { from, columns: p } = this.readings;
    const conditions = [
      `${p.partnerId} = ${parameters.add(principal.partnerId)}`,
      ...readAsConditions(filter, p.readPlateNumber, parameters),
    ];
    return {
      rows: `FROM ${from} WHERE ${conditions.join(" AND ")}`,
      apart: `NOT (${numberConditions(filter, p.plateNumber, parameters).join(" AND ")})`,
      column: p[property],
    };
  }
}
