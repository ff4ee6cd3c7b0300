/** Reads of attempts: plain rows, the owner first. */
import type { Principal } from "../../accounts/principal.js";
import type { Reader } from "../../database/statement.js";
import { oneOf, Parameters } from "../../database/parameters.js";
import { REQUEST_WITH_IMAGE } from "./recognition.columns.js";
import type { RecognitionRequestRow } from "./recognition.rows.js";

export class RequestRepository {
  constructor(private readonly database: Reader) {}

  /** The requests among `ids`, in any order. */
  async findByIds(principal: Principal, ids: readonly string[]): Promise<RecognitionRequestRow[]> {
    const parameters = new Parameters();
    const conditions = [
      `r.partner_id = ${parameters.add(principal.partnerId)}`,
      oneOf("r.id", ids, "uuid", parameters),
    ];
    return this.database.rows({
      text: `SELECT ${REQUEST_WITH_IMAGE.columns.join(", ")} FROM recognition_requests r WHERE ${conditions.join(" AND ")}`,
      values: parameters.values,
      read: REQUEST_WITH_IMAGE.read,
    });
  }
}
