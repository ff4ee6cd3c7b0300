/** The orders of a list of readings. */
import { Keyset, type KeysetOrder } from "../../database/keyset.js";
import type { PlateRecognitionRow } from "./recognition.rows.js";

type OrderProperty = "capturedAt" | "recognizedAt" | "confidence";

const ORDERS = {
  CAPTURED_AT_DESC: { property: "capturedAt", cast: "timestamptz", direction: "DESC" },
  CAPTURED_AT_ASC: { property: "capturedAt", cast: "timestamptz", direction: "ASC" },
  RECOGNIZED_AT_DESC: { property: "recognizedAt", cast: "timestamptz", direction: "DESC" },
  RECOGNIZED_AT_ASC: { property: "recognizedAt", cast: "timestamptz", direction: "ASC" },
  CONFIDENCE_DESC: { property: "confidence", cast: "int", direction: "DESC" },
  CONFIDENCE_ASC: { property: "confidence", cast: "int", direction: "ASC" },
} as const satisfies Record<string, KeysetOrder<OrderProperty>>;

export type RecognitionOrder = keyof typeof ORDERS;

export const RECOGNITION_LIST = new Keyset<PlateRecognitionRow, OrderProperty, "id", RecognitionOrder>(ORDERS, {
  property: "id",
  cast: "uuid",
  of: (row) => row.key,
});
