/** The orders of a list of plates. */
import { Keyset, type KeysetOrder } from "../database/keyset.js";
import type { PlateRow } from "./plate.table.js";

export type PlateOrderProperty = "lastSeenAt" | "firstSeenAt" | "sightings";

const ORDERS = {
  LAST_SEEN_AT_DESC: { property: "lastSeenAt", cast: "timestamptz", direction: "DESC" },
  LAST_SEEN_AT_ASC: { property: "lastSeenAt", cast: "timestamptz", direction: "ASC" },
  FIRST_SEEN_AT_DESC: { property: "firstSeenAt", cast: "timestamptz", direction: "DESC" },
  FIRST_SEEN_AT_ASC: { property: "firstSeenAt", cast: "timestamptz", direction: "ASC" },
  SIGHTINGS_DESC: { property: "sightings", cast: "int", direction: "DESC" },
  SIGHTINGS_ASC: { property: "sightings", cast: "int", direction: "ASC" },
  NUMBER_ASC: { property: null, cast: "int", direction: "ASC" },
  NUMBER_DESC: { property: null, cast: "int", direction: "DESC" },
} as const satisfies Record<string, KeysetOrder<PlateOrderProperty>>;

export type PlateOrder = keyof typeof ORDERS;

export const PLATE_LIST = new Keyset<PlateRow, PlateOrderProperty, "number", PlateOrder>(ORDERS, {
  property: "number",
  cast: "text",
  of: (row) => row.number,
});
