/** Tables and columns as TypeORM's entity metadata describes them: the only source of the names that statements use. */
import type { DataSource } from "typeorm";

/** The stored properties of an entity. Relations are optional properties and are left out. */
export type Property<Entity> = {
  [Name in keyof Entity]-?: undefined extends Entity[Name] ? never : Name;
}[keyof Entity] &
  string;

export interface TableColumn {
  /** As the database spells it, such as `captured_at`. */
  readonly name: string;
  /** As the entity declares it, such as `timestamptz`. */
  readonly type: string;
  readonly nullable: boolean;
}

export interface EntityTable<Entity> {
  readonly name: string;
  /** In the order in which the entity declares them. */
  readonly properties: readonly Property<Entity>[];
  readonly columns: Readonly<Record<Property<Entity>, TableColumn>>;
}

/** Properties of an entity with their columns as a statement names them, such as `p.captured_at`. */
export type ColumnNames<Entity> = Readonly<Record<Property<Entity>, string>>;

/** Gives the table of an entity. @throws for an entity that the data source does not know */
export type TableOf = <Entity extends object>(entity: new () => Entity) => EntityTable<Entity>;

/** @param dataSource must be initialised */
export function tablesOf(dataSource: DataSource): TableOf {
  return (entity) => describe(dataSource, entity);
}

function describe<Entity extends object>(dataSource: DataSource, entity: new () => Entity): EntityTable<Entity> {
  const metadata = dataSource.getMetadata(entity);
  const columns = metadata.columns.map(
    ({ propertyName, databaseName, type, isNullable }): [Property<Entity>, TableColumn] => [
      propertyName as Property<Entity>,
      { name: databaseName, type: String(type), nullable: isNullable },
    ],
  );
  return {
    name: metadata.tableName,
    properties: columns.map(([property]) => property),
    columns: Object.fromEntries(columns) as Record<Property<Entity>, TableColumn>,
  };
}

export function columnNames<Entity>(table: EntityTable<Entity>, alias: string): ColumnNames<Entity> {
  return Object.fromEntries(
    table.properties.map((property) => [property, `${alias}.${table.columns[property].name}`]),
  ) as Record<Property<Entity>, string>;
}
