/** The orders of a list of recognition requests. */
import { Keyset, type KeysetOrder } from "../../database/keyset.js";
import type { RecognitionRequestRow } from "./recognition.rows.js";

const ORDERS = {
  CREATED_AT_DESC: { property: "createdAt", cast: "timestamptz", direction: "DESC" },
  CREATED_AT_ASC: { property: "createdAt", cast: "timestamptz", direction: "ASC" },
} as const satisfies Record<string, KeysetOrder<"createdAt">>;

export type RequestOrder = keyof typeof ORDERS;

export const REQUEST_LIST = new Keyset<RecognitionRequestRow, "createdAt", "id", RequestOrder>(ORDERS, {
  property: "id",
  cast: "uuid",
  of: (row) => row.key,
});
