/** INSERT statements whose columns and parameters are made from an entity's columns. */
import type { EntityTable, Property } from "./entity.table.js";
import type { Parameters } from "./parameters.js";

/** The stored properties of an entity, without its relations. */
export type Stored<Entity> = Pick<Entity, Property<Entity> & keyof Entity>;

/** `INSERT INTO … VALUES` of these rows; the values go into `parameters`. */
export function insertOf<Entity>(
  table: EntityTable<Entity>,
  rows: readonly Stored<Entity>[],
  parameters: Parameters,
): string {
  const columns = table.properties.map((property) => table.columns[property].name);
  const lines = rows.map((row) => {
    const places = table.properties.map((property) => {
      const { type } = table.columns[property];
      return `${parameters.add(stored(row[property], type))}::${type}`;
    });
    return `(${places.join(", ")})`;
  });
  return `INSERT INTO ${table.name} (${columns.join(", ")}) VALUES ${lines.join(", ")}`;
}

/** pg writes arrays and texts as their own kinds of value; JSON must be JSON already. */
function stored(value: unknown, type: string): unknown {
  return type === "jsonb" && value !== null ? JSON.stringify(value) : value;
}
