/** Reads of attempts: plain rows, the owner first. */
import type { Reader } from "../database/statement.js";
import { REQUEST_WITH_IMAGE, type RecognitionRequestRow } from "./recognition.rows.js";

export class RequestRepository {
  constructor(private readonly database: Reader) {}

  /** The requests among `ids`, in any order. */
  async findByIds(partnerId: string, ids: readonly string[]): Promise<RecognitionRequestRow[]> {
    return this.database.rows({
      text: `SELECT ${REQUEST_WITH_IMAGE.columns.join(", ")} FROM recognition_requests r WHERE r.partner_id = $1 AND r.id = ANY($2::uuid[])`,
      values: [partnerId, ids],
      read: REQUEST_WITH_IMAGE.read,
    });
  }
}
