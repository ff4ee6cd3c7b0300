/** The orders of a list of readings, and places in them as cursors carry them. */
import type { PlateRecognitionRow } from "./recognition.rows.js";

interface Order {
  property: "capturedAt" | "recognizedAt" | "confidence";
  cast: "timestamptz" | "int";
  direction: "ASC" | "DESC";
}

export const ORDERS = {
  CAPTURED_AT_DESC: { property: "capturedAt", cast: "timestamptz", direction: "DESC" },
  CAPTURED_AT_ASC: { property: "capturedAt", cast: "timestamptz", direction: "ASC" },
  RECOGNIZED_AT_DESC: { property: "recognizedAt", cast: "timestamptz", direction: "DESC" },
  RECOGNIZED_AT_ASC: { property: "recognizedAt", cast: "timestamptz", direction: "ASC" },
  CONFIDENCE_DESC: { property: "confidence", cast: "int", direction: "DESC" },
  CONFIDENCE_ASC: { property: "confidence", cast: "int", direction: "ASC" },
} as const satisfies Record<string, Order>;

export type RecognitionOrder = keyof typeof ORDERS;
export const RECOGNITION_ORDERS = Object.keys(ORDERS) as RecognitionOrder[];

/** A place between two rows of an order: the row's value in it and its id. */
export interface Position {
  value: string | number;
  /** UUID. */
  id: string;
}

export function positionOf(order: RecognitionOrder, row: PlateRecognitionRow): Position {
  return { value: row[ORDERS[order].property], id: row.key };
}

const MAX_INT4 = 2 ** 31 - 1;

/** Whether a cursor's value is one that the order's column can hold. */
export function fitsOrder(order: RecognitionOrder, value: unknown): value is string | number {
  if (ORDERS[order].cast === "int")
    return typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= MAX_INT4;
  return typeof value === "string" && isTimestamp(value);
}

/** A real moment of the years 1 to 9999, as rows carry it. */
function isTimestamp(text: string): boolean {
  const date = new Date(text);
  return text >= "0001" && !Number.isNaN(date.getTime()) && date.toISOString() === text;
}
