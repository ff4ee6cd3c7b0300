/** Answers that were given before, and the calls that got one again. */
import { newRecordId } from "../../database/record.id.js";
import type { Principal } from "../../accounts/principal.js";
import type { InTransaction } from "../../database/database.js";
import type { EntityTable, TableOf } from "../../database/entity.table.js";
import { insertOf } from "../../database/insert.js";
import { Parameters } from "../../database/parameters.js";
import { text } from "../../database/statement.js";
import type { Transaction } from "../../database/transaction.js";
import type { PlateRecognitionRow, RecognitionRequestRow } from "./recognition.rows.js";
import type { RecognitionRepository } from "./recognition.repository.js";
import { RecognitionReuseEntity } from "./recognition-reuse.entity.js";
import type { RecognitionTables } from "./recognition.tables.js";
import type { RequestRepository } from "./request.repository.js";

export interface StoredAnswer {
  request: RecognitionRequestRow;
  recognitions: PlateRecognitionRow[];
}

/** Reads that a caller may do for its own answer, whatever its scopes. */
export interface AnswerReads {
  requests: Pick<RequestRepository, "findByIds">;
  recognitions: Pick<RecognitionRepository, "findByRequests">;
}

export class AnswerStore {
  private readonly reuses: EntityTable<RecognitionReuseEntity>;

  constructor(
    private readonly inTransaction: InTransaction<Transaction>,
    private readonly tables: RecognitionTables,
    tableOf: TableOf,
    private readonly readsFor: (clientId: string) => AnswerReads,
  ) {
    this.reuses = tableOf(RecognitionReuseEntity);
  }

  /** Null when it was erased. */
  async find(principal: Principal, requestId: string): Promise<StoredAnswer | null> {
    const { requests, recognitions } = this.readsFor(principal.clientId);
    const [[request], [rows = []]] = await Promise.all([
      requests.findByIds(principal, [requestId]),
      recognitions.findByRequests(principal, [requestId]),
    ]);
    if (request === undefined) return null;
    return { request, recognitions: rows.map((row) => ({ ...row, request })) };
  }

  /**
   * The latest request for the same photo since then that was answered; null when there is none. Read on the primary: a replica that is behind does not have
   * what another server stored a moment ago, and the photo would be billed again.
   */
  async findByPhoto({ partnerId, clientId }: Principal, sha256: Buffer, since: Date): Promise<string | null> {
    const { r, fromRequests } = this.tables;
    const rows = await this.inTransaction(clientId, (transaction) =>
      transaction.rows({
        text: `SELECT ${r.id} FROM ${fromRequests} WHERE ${r.partnerId} = $1 AND ${r.imageSha256} = $2 AND ${r.createdAt} >= $3
          AND ${r.status} <> 'FAILED' ORDER BY ${r.createdAt} DESC LIMIT 1`,
        values: [partnerId, sha256, since],
        read: ([id]) => text(id),
      }),
    );
    return rows[0] ?? null;
  }

  /** Writes down that an answer was given again. */
  async addReuse({ partnerId, clientId }: Principal): Promise<void> {
    const parameters = new Parameters();
    const insert = insertOf(this.reuses, [{ partnerId, id: newRecordId(), createdAt: new Date() }], parameters);
    await this.inTransaction(clientId, (transaction) => {
      transaction.add({ text: insert, values: parameters.values });
    });
  }
}
