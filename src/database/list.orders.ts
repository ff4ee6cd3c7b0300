/** What the orders of lists have in common: the two directions of one property, and keys that are UUIDs. */
import type { KeysetOrder } from "./keyset.js";

type BothWays<Name extends string, Property extends string> = Record<
  `${Name}_DESC` | `${Name}_ASC`,
  KeysetOrder<Property>
>;

/**
 * The orders `NAME_DESC` and `NAME_ASC`.
 * @param property null where the list's key alone orders it
 */
export function bothWays<const Name extends string, const Property extends string>(
  name: Name,
  property: Property | null,
  cast: KeysetOrder<Property>["cast"],
): BothWays<Name, Property> {
  const orders: Record<string, KeysetOrder<Property>> = {
    [`${name}_DESC`]: { property, cast, direction: "DESC" },
    [`${name}_ASC`]: { property, cast, direction: "ASC" },
  };
  return orders as BothWays<Name, Property>;
}

/** The key of lists whose rows have a UUID, which the row carries as `key`. */
export const UUID_KEY = { property: "id", cast: "uuid", of: (row: { readonly key: string }) => row.key } as const;
