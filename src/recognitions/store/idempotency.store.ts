/** Reads and writes of idempotency keys. */
import type { Principal } from "../../accounts/principal.js";
import { VendorCallEntity } from "../../accounts/store/vendor-call.entity.js";
import type { InTransaction } from "../../database/database.js";
import type { EntityTable, TableOf } from "../../database/entity.table.js";
import { insertOf } from "../../database/insert.js";
import { Parameters } from "../../database/parameters.js";
import { PRESENCE_LOCK_CLASS } from "../../database/server.presence.js";
import { text } from "../../database/statement.js";
import type { Transaction } from "../../database/transaction.js";
import { IdempotencyKeyEntity } from "./idempotency-key.entity.js";

export interface Claim {
  key: string;
  fingerprint: Buffer;
  requestId: string;
  serverId: number;
}

export interface ClaimState {
  /** Whether the stored claim was made for the same photo and options. */
  same: boolean;
  requestId: string;
  done: boolean;
  /** Whether the server that made the claim lives. */
  held: boolean;
  /** Whether the vendor was asked for it. */
  billed: boolean;
}

const KEPT = "interval '24 hours'";
/** Old keys that each new one removes, so that they never pile up. */
const REMOVED_AT_ONCE = 10;

export class IdempotencyTables {
  readonly keys: EntityTable<IdempotencyKeyEntity>;
  readonly calls: EntityTable<VendorCallEntity>;

  constructor(tableOf: TableOf) {
    this.keys = tableOf(IdempotencyKeyEntity);
    this.calls = tableOf(VendorCallEntity);
  }
}

/** Claims, each in a transaction of its own, before an engine is asked. */
export class IdempotencyClaims {
  constructor(
    private readonly inTransaction: InTransaction<Transaction>,
    private readonly tables: IdempotencyTables,
  ) {}

  /**
   * Claims the key: a new one, one that is older than 24 hours, or one that a server left behind before it asked the vendor.
   * @returns whether the key is this request's now
   */
  async take({ partnerId, clientId }: Principal, { key, fingerprint, requestId, serverId }: Claim): Promise<boolean> {
    const { name, columns: c } = this.tables.keys;
    const parameters = new Parameters();
    const row = { partnerId, key, fingerprint, requestId, done: false, serverId, createdAt: new Date() };
    const insert = insertOf(this.tables.keys, [row], parameters);
    const renewed = [c.fingerprint, c.requestId, c.done, c.serverId, c.createdAt].map(
      (column) => `${column.name} = excluded.${column.name}`,
    );
    const expired = `${name}.${c.createdAt.name} < now() - ${KEPT}`;
    const leftBehind = `NOT ${name}.${c.done.name} AND ${name}.${c.fingerprint.name} = excluded.${c.fingerprint.name}
      AND NOT ${this.held()} AND NOT ${this.billed()}`;
    const rows = await this.inTransaction(clientId, (transaction) => {
      transaction.add({
        text: `DELETE FROM ${name} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${name} WHERE ${c.createdAt.name} < now() - ${KEPT}
          ORDER BY ${c.createdAt.name} LIMIT ${REMOVED_AT_ONCE} FOR UPDATE SKIP LOCKED))`,
        values: [],
      });
      return transaction.rows({
        text: `${insert} ON CONFLICT (${c.partnerId.name}, ${c.key.name}) DO UPDATE SET ${renewed.join(", ")}
          WHERE ${expired} OR (${leftBehind}) RETURNING ${c.key.name}`,
        values: parameters.values,
        read: ([taken]) => text(taken),
      });
    });
    return rows.length > 0;
  }

  /** Null when there is no such key any longer. */
  async find({ partnerId, clientId }: Principal, key: string, fingerprint: Buffer): Promise<ClaimState | null> {
    const { name, columns: c } = this.tables.keys;
    const rows = await this.inTransaction(clientId, (transaction) =>
      transaction.rows({
        text: `SELECT ${c.fingerprint.name} = $3, ${c.requestId.name}, ${c.done.name}, ${this.held()}, ${this.billed()}
          FROM ${name} WHERE ${c.partnerId.name} = $1 AND ${c.key.name} = $2`,
        values: [partnerId, key, fingerprint],
        read: ([same, requestId, done, held, billed]): ClaimState => ({
          same: same === "t",
          requestId: text(requestId),
          done: done === "t",
          held: held === "t",
          billed: billed === "t",
        }),
      }),
    );
    return rows[0] ?? null;
  }

  private held(): string {
    const { name, columns: c } = this.tables.keys;
    return `EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = ${PRESENCE_LOCK_CLASS}
      AND objid = ${name}.${c.serverId.name}::oid
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`;
  }

  private billed(): string {
    const { name, columns: c } = this.tables.keys;
    const { name: calls, columns: v } = this.tables.calls;
    return `EXISTS (SELECT FROM ${calls} WHERE ${calls}.${v.partnerId.name} = ${name}.${c.partnerId.name}
      AND ${calls}.${v.requestId.name} = ${name}.${c.requestId.name})`;
  }
}

/** What the transaction that stores a request does with its key. */
export class IdempotencyStore {
  constructor(
    private readonly transaction: Pick<Transaction, "add">,
    private readonly tables: IdempotencyTables,
  ) {}

  /** The same call gets the stored request from now on. */
  complete(principal: Principal, claim: Claim): void {
    this.change(`UPDATE ${this.tables.keys.name} SET ${this.tables.keys.columns.done.name} = true`, principal, claim);
  }

  /** The same call is a new one from now on. */
  release(principal: Principal, claim: Claim): void {
    this.change(`DELETE FROM ${this.tables.keys.name}`, principal, claim);
  }

  private change(statement: string, { partnerId }: Principal, { key, requestId }: Claim): void {
    const { columns: c } = this.tables.keys;
    this.transaction.add({
      text: `${statement} WHERE ${c.partnerId.name} = $1 AND ${c.key.name} = $2 AND ${c.requestId.name} = $3`,
      values: [partnerId, key, requestId],
    });
  }
}
