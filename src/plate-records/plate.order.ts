/** The orders of a list of plates. */
import { Keyset } from "../database/keyset.js";
import { bothWays } from "../database/list.orders.js";
import type { PlateRow } from "./plate.table.js";

const ORDERS = {
  ...bothWays("LAST_SEEN_AT", "lastSeenAt", "timestamptz"),
  ...bothWays("FIRST_SEEN_AT", "firstSeenAt", "timestamptz"),
  ...bothWays("SIGHTINGS", "sightings", "int"),
  ...bothWays<"NUMBER", never>("NUMBER", null, "int"),
};

export type PlateOrder = keyof typeof ORDERS;
export type PlateOrderProperty = "lastSeenAt" | "firstSeenAt" | "sightings";

export const PLATE_LIST = new Keyset<PlateRow, PlateOrderProperty, "number", PlateOrder>(ORDERS, {
  property: "number",
  cast: "text",
  of: (row) => row.number,
});
