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
  const lines = rows.map((row) => `(${valuesOf(table, row, parameters)})`);
  return `${insertInto(table)} VALUES ${lines.join(", ")}`;
}

/** The same with an array for each column: one text for any number of rows, which PostgreSQL parses once. Not for columns of arrays or JSON. */
export function insertManyOf<Entity>(
  table: EntityTable<Entity>,
  rows: readonly Stored<Entity>[],
  parameters: Parameters,
): string {
  const arrays = table.properties.map((property) => {
    // pg writes a Date of an array in the local time zone, part by part: half of what an audit entry costs.
    const values = rows.map(({ [property]: value }) => (value instanceof Date ? value.toISOString() : value));
    return `${parameters.add(values)}::${table.columns[property].type}[]`;
  });
  return `${insertInto(table)} SELECT * FROM unnest(${arrays.join(", ")})`;
}

/** The same of one row, where the condition holds. */
export function insertWhere<Entity>(
  table: EntityTable<Entity>,
  row: Stored<Entity>,
  parameters: Parameters,
  condition: string,
): string {
  return `${insertInto(table)} SELECT ${valuesOf(table, row, parameters)} WHERE ${condition}`;
}

function insertInto<Entity>({ name, properties, columns }: EntityTable<Entity>): string {
  return `INSERT INTO ${name} (${properties.map((property) => columns[property].name).join(", ")})`;
}

function valuesOf<Entity>(
  { properties, columns }: EntityTable<Entity>,
  row: Stored<Entity>,
  parameters: Parameters,
): string {
  return properties
    .map((property) => {
      const { type } = columns[property];
      return `${parameters.add(stored(row[property], type))}::${type}`;
    })
    .join(", ");
}

/** pg writes arrays and texts as their own kinds of value; JSON must be JSON already. */
function stored(value: unknown, type: string): unknown {
  return type === "jsonb" && value !== null ? JSON.stringify(value) : value;
}
