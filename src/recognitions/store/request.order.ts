/** The orders of a list of recognition requests. */
import { Keyset } from "../../database/keyset.js";
import { bothWays, UUID_KEY } from "../../database/list.orders.js";
import type { RecognitionRequestRow } from "./recognition.rows.js";

const ORDERS = bothWays("CREATED_AT", "createdAt", "timestamptz");
/** The same for indexes that hold times without zone, in UTC. */
const LOOK_UP_ORDERS = bothWays("CREATED_AT", "createdAt", "timestamp");

export type RequestOrder = keyof typeof ORDERS;

export const REQUEST_LIST = new Keyset<RecognitionRequestRow, "createdAt", "id", RequestOrder>(ORDERS, UUID_KEY);

/** The same positions, for the indexes by which requests are looked up. */
export const REQUEST_LOOK_UP = new Keyset<RecognitionRequestRow, "createdAt", "id", RequestOrder>(
  LOOK_UP_ORDERS,
  UUID_KEY,
);
