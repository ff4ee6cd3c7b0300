/** Reads of recognition requests: plain rows of the principal's partner. */
import type { Principal } from "../../accounts/principal.js";
import { oneOf, Parameters } from "../../database/parameters.js";
import type { Reader } from "../../database/statement.js";
import type { RecognitionRequestRow } from "./recognition.rows.js";
import type { RecognitionTables } from "./recognition.tables.js";

export class RequestRepository {
  constructor(
    private readonly database: Reader,
    private readonly tables: RecognitionTables,
  ) {}

  /** The requests among `ids`, in any order. */
  async findByIds(principal: Principal, ids: readonly string[]): Promise<RecognitionRequestRow[]> {
    const { r, fromRequests, requestWithImage } = this.tables;
    const parameters = new Parameters();
    const conditions = [
      `${r.partnerId} = ${parameters.add(principal.partnerId)}`,
      oneOf(r.id, ids, "uuid", parameters),
    ];
    return this.database.rows({
      text: `SELECT ${requestWithImage.columns.join(", ")} FROM ${fromRequests} WHERE ${conditions.join(" AND ")}`,
      values: parameters.values,
      read: requestWithImage.read,
    });
  }
}
