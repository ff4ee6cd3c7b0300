/** The filter of readings and its SQL conditions. */
import type { Direction, PlateColor, PlateType } from "../../plates/plate.vocabulary.js";
import type { RecognitionEngine } from "../../engines/engine.js";
import type { ColumnNames } from "../../database/entity.table.js";
import type { Parameters } from "../../database/parameters.js";
import type { Timestamp } from "../../database/statement.js";
import type { PlateRecognitionEntity } from "./plate-recognition.entity.js";
import { numberConditions, type Optional, type PlateNumberFilter } from "../../plate-records/plate-number.filter.js";

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

/** The conditions of `filter` on the readings. Values only ever go into `parameters`. */
export function conditionsOf(
  filter: RecognitionFilter,
  p: ColumnNames<PlateRecognitionEntity>,
  parameters: Parameters,
): string[] {
  const conditions = filter.plateNumber ? numberConditions(filter.plateNumber, p.plateNumber, parameters) : [];
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
