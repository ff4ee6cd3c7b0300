/** The table of corrections and the row that reads select from it. */
import { columnNames, type ColumnNames, type EntityTable, type TableOf } from "../../database/entity.table.js";
import { columnsOf, type Selection } from "../../database/selection.js";
import { PlateCorrectionEntity } from "./plate-correction.entity.js";
import type { CorrectionRow } from "./recognition.rows.js";

export class CorrectionTable {
  readonly corrections: EntityTable<PlateCorrectionEntity>;
  /** Columns as statements name them: `c.` */
  readonly c: ColumnNames<PlateCorrectionEntity>;
  readonly from: string;
  readonly selection: Selection<CorrectionRow>;

  constructor(tableOf: TableOf) {
    this.corrections = tableOf(PlateCorrectionEntity);
    this.c = columnNames(this.corrections, "c");
    this.from = `${this.corrections.name} c`;
    this.selection = selectionOf(this.corrections);
  }
}

function selectionOf(table: EntityTable<PlateCorrectionEntity>): Selection<CorrectionRow> {
  const { list, value } = columnsOf(table, "c", ["recognitionId", "correctedAt", "actorKey", "fromNumber", "toNumber"]);
  return {
    columns: list,
    join: "",
    read: (columns, at = 0) => ({
      recognitionKey: value.recognitionId(columns, at),
      correctedAt: value.correctedAt(columns, at),
      actorKey: value.actorKey(columns, at),
      from: value.fromNumber(columns, at),
      to: value.toNumber(columns, at),
    }),
  };
}
