/** Reads of attempts: plain rows, the owner first. */
import type { Database } from "../database/database.js";
import { REQUEST_COLUMNS, type RecognitionRequestRow } from "./recognition.rows.js";

export class RequestRepository {
  constructor(private readonly database: Database) {}

  /** The requests among `ids`, in any order. */
  async findByIds(partnerId: string, ids: readonly string[]): Promise<RecognitionRequestRow[]> {
    return this.database.rows<RecognitionRequestRow>({
      text: `SELECT ${REQUEST_COLUMNS} FROM recognition_requests r WHERE r.partner_id = $1 AND r.id = ANY($2::uuid[])`,
      values: [partnerId, ids],
    });
  }
}
