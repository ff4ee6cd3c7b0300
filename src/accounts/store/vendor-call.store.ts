/** Writes of the ledger of vendor calls. */
import { newRecordId } from "../../database/record.id.js";
import type { InTransaction } from "../../database/database.js";
import type { EntityTable, TableOf } from "../../database/entity.table.js";
import { insertWhere } from "../../database/insert.js";
import { Parameters } from "../../database/parameters.js";
import { text } from "../../database/statement.js";
import type { Transaction } from "../../database/transaction.js";
import type { Principal } from "../principal.js";
import { VendorCallEntity, type VendorCallOutcome } from "./vendor-call.entity.js";
import { VendorDayEntity } from "./vendor-day.entity.js";

export interface VendorCallEnd {
  outcome: VendorCallOutcome;
  juheErrorCode: number | null;
  orderId: string | null;
}

/** Of PostgreSQL's `integer`. */
const NO_LIMIT = 2_147_483_647;

export class VendorCallStore {
  private readonly calls: EntityTable<VendorCallEntity>;
  private readonly days: EntityTable<VendorDayEntity>;

  /** @param dailyLimit calls in a day of all partners and servers; null is no limit */
  constructor(
    private readonly inTransaction: InTransaction<Transaction>,
    tableOf: TableOf,
    private readonly dailyLimit: number | null,
  ) {
    this.calls = tableOf(VendorCallEntity);
    this.days = tableOf(VendorDayEntity);
  }

  /** @returns the entry's id, or null when the day's calls are used up */
  async open({ partnerId, clientId }: Principal, requestId: string): Promise<string | null> {
    const parameters = new Parameters();
    const { name: days } = this.days;
    const { day, calls } = this.days.columns;
    const entry = {
      partnerId,
      id: newRecordId(),
      requestId,
      startedAt: new Date(),
      completedAt: null,
      outcome: "UNKNOWN" as const,
      juheErrorCode: null,
      orderId: null,
    };
    const insert = insertWhere(this.calls, entry, parameters, "EXISTS (SELECT FROM day)");
    const limit = parameters.add(this.dailyLimit ?? NO_LIMIT);
    // The day's row is locked until the commit: servers that call at the same time do not exceed the limit.
    const rows = await this.inTransaction(clientId, (transaction) =>
      transaction.rows({
        text: `WITH day AS (
            INSERT INTO ${days} (${day.name}, ${calls.name})
            SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date, 1 WHERE ${limit}::int > 0
            ON CONFLICT (${day.name}) DO UPDATE SET ${calls.name} = ${days}.${calls.name} + 1
              WHERE ${days}.${calls.name} < ${limit}::int
            RETURNING 1
          )
          ${insert} RETURNING ${this.calls.columns.id.name}`,
        values: parameters.values,
        read: ([id]) => text(id),
      }),
    );
    return rows[0] ?? null;
  }

  async complete({ partnerId, clientId }: Principal, id: string, end: VendorCallEnd): Promise<void> {
    const { columns, name } = this.calls;
    const parameters = new Parameters();
    const assignments = [
      `${columns.completedAt.name} = ${parameters.add(new Date())}`,
      `${columns.outcome.name} = ${parameters.add(end.outcome)}`,
      `${columns.juheErrorCode.name} = ${parameters.add(end.juheErrorCode)}`,
      `${columns.orderId.name} = ${parameters.add(end.orderId)}`,
    ];
    await this.inTransaction(clientId, (transaction) => {
      transaction.add({
        text: `UPDATE ${name} SET ${assignments.join(", ")}
          WHERE ${columns.partnerId.name} = ${parameters.add(partnerId)} AND ${columns.id.name} = ${parameters.add(id)}`,
        values: parameters.values,
      });
    });
  }
}
