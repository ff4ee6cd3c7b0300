/** Writes of corrections, in a transaction that is given. */
import { newRecordId } from "../../database/record.id.js";
import type { Principal } from "../../accounts/principal.js";
import { insertOf } from "../../database/insert.js";
import { Parameters } from "../../database/parameters.js";
import type { Transaction } from "../../database/transaction.js";
import { provinceOf } from "../../plates/plate-number.js";
import type { PlateTable } from "../../plate-records/plate.table.js";
import type { CorrectionTable } from "./correction.table.js";
import type { PlateRecognitionRow } from "./recognition.rows.js";
import type { RecognitionTables } from "./recognition.tables.js";

export class CorrectionStore {
  constructor(
    private readonly transaction: Pick<Transaction, "add" | "rows">,
    private readonly tables: RecognitionTables,
    private readonly corrections: CorrectionTable,
    private readonly plates: PlateTable,
  ) {}

  /** The reading, kept from changing until the transaction ends; null when there is none. */
  async lock(principal: Principal, id: string): Promise<PlateRecognitionRow | null> {
    const { p, fromRecognitions } = this.tables;
    const { columns, read } = this.tables.recognitionWith({ boxes: true, requests: false, images: false });
    const [row] = await this.transaction.rows({
      text: `SELECT ${columns.join(", ")} FROM ${fromRecognitions} WHERE ${p.partnerId} = $1 AND ${p.id} = $2 FOR UPDATE`,
      values: [principal.partnerId, id],
      read,
    });
    return row ?? null;
  }

  /** Gives the reading another number. What the engine read stays beside it, and the correction is kept. */
  correct(principal: Principal, { key, plateNumber: from }: PlateRecognitionRow, to: string): void {
    const { q, from: fromPlates } = this.plates;
    // Both plates are locked in the order in which inserts lock theirs: the update would take them from the old to the new one.
    this.transaction.add({
      text: `SELECT FROM ${fromPlates} WHERE ${q.partnerId} = $1 AND ${q.number} = ANY($2::text[]) ORDER BY ${q.number} FOR UPDATE`,
      values: [principal.partnerId, [from, to]],
    });
    const { name, columns } = this.tables.recognitions;
    const read = columns.readPlateNumber.name;
    this.transaction.add({
      text: `UPDATE ${name} SET ${columns.plateNumber.name} = $3::text, ${columns.province.name} = $4::text,
          ${read} = coalesce(${read}, ${columns.plateNumber.name})
        WHERE ${columns.partnerId.name} = $1 AND ${columns.id.name} = $2`,
      values: [principal.partnerId, key, to, provinceOf(to)],
    });
    const parameters = new Parameters();
    const correction = {
      partnerId: principal.partnerId,
      id: newRecordId(),
      recognitionId: key,
      correctedAt: new Date(),
      actorKey: principal.keyLookup,
      fromNumber: from,
      toNumber: to,
    };
    this.transaction.add({
      text: insertOf(this.corrections.corrections, [correction], parameters),
      values: parameters.values,
    });
  }
}
