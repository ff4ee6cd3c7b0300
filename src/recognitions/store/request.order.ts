/** The orders of a list of recognition requests. */
import { Keyset, type KeysetOrder } from "../../database/keyset.js";
import type { RecognitionRequestRow } from "./recognition.rows.js";

const ORDERS = {
  CREATED_AT_DESC: { property: "createdAt", cast: "timestamptz", direction: "DESC" },
  CREATED_AT_ASC: { property: "createdAt", cast: "timestamptz", direction: "ASC" },
} as const satisfies Record<string, KeysetOrder<"createdAt">>;

const LOOK_UP_ORDERS = {
  CREATED_AT_DESC: { ...ORDERS.CREATED_AT_DESC, cast: "timestamp" },
  CREATED_AT_ASC: { ...ORDERS.CREATED_AT_ASC, cast: "timestamp" },
} as const satisfies Record<RequestOrder, KeysetOrder<"createdAt">>;

export type RequestOrder = keyof typeof ORDERS;

const KEY = { property: "id", cast: "uuid", of: (row: RecognitionRequestRow) => row.key } as const;

export const REQUEST_LIST = new Keyset<RecognitionRequestRow, "createdAt", "id", RequestOrder>(ORDERS, KEY);

/** The same places, of times as the indexes hold them that requests are looked up in. */
export const REQUEST_LOOK_UP = new Keyset<RecognitionRequestRow, "createdAt", "id", RequestOrder>(LOOK_UP_ORDERS, KEY);
