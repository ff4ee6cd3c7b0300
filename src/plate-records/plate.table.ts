/** The table of plates and the row that reads select from it. */
import { columnNames, type ColumnNames, type EntityTable, type TableOf } from "../database/entity.table.js";
import { columnsOf, type Selection } from "../database/selection.js";
import type { Timestamp } from "../database/statement.js";
import { PlateNumberEntity } from "./plate-number.entity.js";
import { PlateEntity } from "./plate.entity.js";

export interface PlateRow {
  number: string;
  firstSeenAt: Timestamp;
  lastSeenAt: Timestamp;
  sightings: number;
}

export class PlateTable {
  /** Columns as statements name them: `q.` */
  readonly q: ColumnNames<PlateEntity>;
  readonly from: string;
  /** Columns of the numbers alone: `n.` */
  readonly n: ColumnNames<PlateNumberEntity>;
  readonly fromNumbers: string;
  readonly selection: Selection<PlateRow>;

  constructor(tableOf: TableOf) {
    const table = tableOf(PlateEntity);
    this.q = columnNames(table, "q");
    this.from = `${table.name} q`;
    const numbers = tableOf(PlateNumberEntity);
    this.n = columnNames(numbers, "n");
    this.fromNumbers = `${numbers.name} n`;
    this.selection = selectionOf(table);
  }
}

function selectionOf(table: EntityTable<PlateEntity>): Selection<PlateRow> {
  const { list, value } = columnsOf(table, "q", ["number", "firstSeenAt", "lastSeenAt", "sightings"]);
  return {
    columns: list,
    join: "",
    read: (columns, at = 0) => ({
      number: value.number(columns, at),
      firstSeenAt: value.firstSeenAt(columns, at),
      lastSeenAt: value.lastSeenAt(columns, at),
      sightings: value.sightings(columns, at),
    }),
  };
}
