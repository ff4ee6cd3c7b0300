/** Reads of corrections: plain rows of the principal's partner. */
import type { Principal } from "../../accounts/principal.js";
import { oneOf, Parameters } from "../../database/parameters.js";
import type { Reader } from "../../database/statement.js";
import type { CorrectionTable } from "./correction.table.js";
import type { CorrectionRow } from "./recognition.rows.js";

export class CorrectionRepository {
  constructor(
    private readonly database: Reader,
    private readonly table: CorrectionTable,
  ) {}

  /** The corrections of each reading, earliest first, in the order of `ids`. */
  async findByRecognitions(principal: Principal, ids: readonly string[]): Promise<CorrectionRow[][]> {
    const { c, from, selection } = this.table;
    const parameters = new Parameters();
    const conditions = [
      `${c.partnerId} = ${parameters.add(principal.partnerId)}`,
      oneOf(c.recognitionId, ids, "uuid", parameters),
    ];
    const rows = await this.database.rows({
      text: `SELECT ${selection.columns.join(", ")} FROM ${from} WHERE ${conditions.join(" AND ")} ORDER BY ${c.id}`,
      values: parameters.values,
      read: selection.read,
    });
    return ids.map((id) => rows.filter(({ recognitionKey }) => recognitionKey === id));
  }
}
