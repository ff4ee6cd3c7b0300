/** The orders of a list of readings. */
import { Keyset } from "../../database/keyset.js";
import { bothWays, UUID_KEY } from "../../database/list.orders.js";
import type { PlateRecognitionRow } from "./recognition.rows.js";

const ORDERS = {
  ...bothWays("CAPTURED_AT", "capturedAt", "timestamptz"),
  ...bothWays("RECOGNIZED_AT", "recognizedAt", "timestamptz"),
  ...bothWays("CONFIDENCE", "confidence", "int"),
};

export type RecognitionOrder = keyof typeof ORDERS;
type OrderProperty = "capturedAt" | "recognizedAt" | "confidence";

export const RECOGNITION_LIST = new Keyset<PlateRecognitionRow, OrderProperty, "id", RecognitionOrder>(
  ORDERS,
  UUID_KEY,
);
