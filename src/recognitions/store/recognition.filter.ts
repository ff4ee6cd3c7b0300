/** The filter of readings and its SQL conditions. */
import type { Direction, PlateColor, PlateType } from "../../plates/plate.vocabulary.js";
import type { RecognitionEngine } from "../../engines/engine.js";
import type { Principal } from "../../accounts/principal.js";
import type { ColumnNames } from "../../database/entity.table.js";
import type { Parameters } from "../../database/parameters.js";
import type { Timestamp } from "../../database/statement.js";
import { readAsConditions } from "../../plate-records/corrected.readings.js";
import type { PlateRecognitionEntity } from "./plate-recognition.entity.js";
import {
  holdsNumberCondition,
  numberConditions,
  type Optional,
  type PlateNumberFilter,
} from "../../plate-records/plate-number.filter.js";

/** Half-open: `gte` is in, `lt` is out. */
export interface TimeRange {
  gte?: Optional<Timestamp>;
  lt?: Optional<Timestamp>;
}

/** Closed: both ends are in. */
export interface NumberRange {
  gte?: Optional<number>;
  lte?: Optional<number>;
}

/** Every condition given must hold; a list matches any of its values, so an empty list matches nothing. */
export interface RecognitionFilter {
  plateNumber?: Optional<PlateNumberFilter>;
  capturedAt?: Optional<TimeRange>;
  recognizedAt?: Optional<TimeRange>;
  confidence?: Optional<NumberRange>;
  color?: Optional<readonly PlateColor[]>;
  type?: Optional<readonly PlateType[]>;
  direction?: Optional<readonly Direction[]>;
  province?: Optional<readonly string[]>;
  cameraId?: Optional<readonly string[]>;
  engine?: Optional<readonly RecognitionEngine[]>;
}

type ReadingColumns = ColumnNames<PlateRecognitionEntity>;

/**
 * The conditions of `filter`, for each text of a reading that can meet those on the plate number: the number that it has and, where that was corrected,
 * what the engine read. A reading meets one of the alternatives at most, so that their rows can be put together. Values only ever go into `parameters`.
 */
export function alternativesOf(filter: RecognitionFilter, p: ReadingColumns, parameters: Parameters): string[][] {
  const read = readConditions(filter, p, parameters);
  return [ownConditions(filter, p, parameters), ...(read === null ? [] : [read])];
}

/** Of readings whose number meets the filter. */
export function ownConditions(filter: RecognitionFilter, p: ReadingColumns, parameters: Parameters): string[] {
  return [
    ...numberConditions(filter.plateNumber ?? {}, p.plateNumber, parameters),
    ...otherConditions(filter, p, parameters),
  ];
}

/** Of corrected readings that meet the filter by what the engine read alone; null for a filter without a condition on the number. */
export function readConditions(filter: RecognitionFilter, p: ReadingColumns, parameters: Parameters): string[] | null {
  const { plateNumber } = filter;
  if (!holdsNumberCondition(plateNumber)) return null;
  return [
    ...readAsConditions(plateNumber, p.readPlateNumber, parameters),
    `NOT (${numberConditions(plateNumber, p.plateNumber, parameters).join(" AND ")})`,
    ...otherConditions(filter, p, parameters),
  ];
}

/** Of readings that meet the filter by their number or by what the engine read. */
export function eitherConditions(filter: RecognitionFilter, p: ReadingColumns, parameters: Parameters): string[] {
  const plateNumber = filter.plateNumber ?? {};
  const own = numberConditions(plateNumber, p.plateNumber, parameters);
  const read = readAsConditions(plateNumber, p.readPlateNumber, parameters);
  return [`((${own.join(" AND ")}) OR (${read.join(" AND ")}))`, ...otherConditions(filter, p, parameters)];
}

/** `SELECT columns` of the readings that meet the filter. */
export function selectReadings(
  from: string,
  columns: string,
  principal: Pick<Principal, "partnerId">,
  filter: RecognitionFilter,
  p: ReadingColumns,
  parameters: Parameters,
): string {
  const partner = `${p.partnerId} = ${parameters.add(principal.partnerId)}`;
  return alternativesOf(filter, p, parameters)
    .map((conditions) => `SELECT ${columns} FROM ${from} WHERE ${[partner, ...conditions].join(" AND ")}`)
    .join(" UNION ALL ");
}

/** Every condition but those on the plate number. */
function otherConditions(filter: RecognitionFilter, p: ReadingColumns, parameters: Parameters): string[] {
  const conditions: string[] = [];
  const compare = (column: string, operator: string, value: Optional<string | number>, cast: string): void => {
    if (value !== null && value !== undefined)
      conditions.push(`${column} ${operator} ${parameters.add(value)}::${cast}`);
  };
  const anyOf = (column: string, values: Optional<readonly string[]>): void => {
    if (values?.length === 1) compare(column, "=", values[0], "text");
    else if (values) conditions.push(`${column} = ANY(${parameters.add(values)}::text[])`);
  };
  compare(p.capturedAt, ">=", filter.capturedAt?.gte, "timestamptz");
  compare(p.capturedAt, "<", filter.capturedAt?.lt, "timestamptz");
  compare(p.recognizedAt, ">=", filter.recognizedAt?.gte, "timestamptz");
  compare(p.recognizedAt, "<", filter.recognizedAt?.lt, "timestamptz");
  compare(p.confidence, ">=", filter.confidence?.gte, "int");
  compare(p.confidence, "<=", filter.confidence?.lte, "int");
  anyOf(p.color, filter.color);
  anyOf(p.type, filter.type);
  anyOf(p.direction, filter.direction);
  anyOf(p.province, filter.province);
  anyOf(p.cameraId, filter.cameraId);
  anyOf(p.engine, filter.engine);
  return conditions;
}
