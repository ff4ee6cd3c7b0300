/** What a caller may narrow a list of readings by, and the SQL conditions that say it. */
import { normalizePlateNumber } from "../plates/plate-number.js";
import type { Direction, PlateColor, PlateType } from "../plates/plate.vocabulary.js";
import type { RecognitionEngine } from "../recognizers/recognizer.js";
import type { Timestamp } from "./recognition.rows.js";

type Optional<Value> = Value | null | undefined;

export interface PlateNumberFilter {
  eq?: Optional<string>;
  in?: Optional<readonly string[]>;
  startsWith?: Optional<string>;
  contains?: Optional<string>;
}

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

/** Every condition given must hold; within a list any value will do, so an empty list matches nothing. */
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

/** Collects the values of one statement and hands out their places. */
export class Parameters {
  readonly values: unknown[] = [];

  /** Adds the value and gives its place, such as `$3`. */
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/** The conditions of `filter` on `plate_recognitions AS p`. Values only ever go into `parameters`. */
export function conditionsOf(filter: RecognitionFilter, parameters: Parameters): string[] {
  const conditions: string[] = [];
  const compare = (sql: string, operator: string, value: unknown, cast: string): void => {
    if (value !== null && value !== undefined) conditions.push(`${sql} ${operator} ${parameters.add(value)}::${cast}`);
  };
  const anyOf = (sql: string, values: Optional<readonly string[]>): void => {
    if (values !== null && values !== undefined) conditions.push(`${sql} = ANY(${parameters.add(values)}::text[])`);
  };
  const { plateNumber, capturedAt, recognizedAt, confidence } = filter;
  if (plateNumber) {
    compare("p.plate_number", "=", mapped(plateNumber.eq, normalizePlateNumber), "text");
    anyOf("p.plate_number", plateNumber.in?.map(normalizePlateNumber));
    compare(
      "p.plate_number",
      "LIKE",
      mapped(plateNumber.startsWith, (text) => `${literal(text)}%`),
      "text",
    );
    compare(
      "p.plate_number",
      "LIKE",
      mapped(plateNumber.contains, (text) => `%${literal(text)}%`),
      "text",
    );
  }
  compare("p.captured_at", ">=", capturedAt?.gte, "timestamptz");
  compare("p.captured_at", "<", capturedAt?.lt, "timestamptz");
  compare("p.recognized_at", ">=", recognizedAt?.gte, "timestamptz");
  compare("p.recognized_at", "<", recognizedAt?.lt, "timestamptz");
  compare("p.confidence", ">=", confidence?.gte, "int");
  compare("p.confidence", "<=", confidence?.lte, "int");
  anyOf("p.color", filter.color);
  anyOf("p.type", filter.type);
  anyOf("p.direction", filter.direction);
  anyOf("p.province", filter.province);
  anyOf("p.camera_id", filter.cameraId);
  anyOf("p.engine", filter.engine);
  return conditions;
}

function mapped(text: Optional<string>, change: (text: string) => string): string | null {
  return text === null || text === undefined ? null : change(text);
}

/** `%`, `_` and `\` mean themselves in what callers write. */
function literal(text: string): string {
  return normalizePlateNumber(text).replace(/[\\%_]/g, "\\$&");
}
