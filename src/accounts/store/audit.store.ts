/** Writes of the audit log, inside the caller's transaction. */
import { v7 as uuidv7 } from "uuid";
import { insertManyOf, insertOf, type Stored } from "../../database/insert.js";
import { Parameters } from "../../database/parameters.js";
import type { EntityTable, TableOf } from "../../database/entity.table.js";
import type { Transaction } from "../../database/transaction.js";
import type { Principal } from "../principal.js";
import { AuditEntryEntity, type AuditAction } from "./audit-entry.entity.js";

export type NewAuditEntry = Stored<AuditEntryEntity>;

export class AuditTable {
  readonly entries: EntityTable<AuditEntryEntity>;

  constructor(tableOf: TableOf) {
    this.entries = tableOf(AuditEntryEntity);
  }
}

/** An entry with the current time. */
export function auditEntry(
  { partnerId, keyLookup }: Pick<Principal, "partnerId" | "keyLookup">,
  action: AuditAction,
  subject: string | null,
  affected: number,
): NewAuditEntry {
  return { partnerId, id: uuidv7(), createdAt: new Date(), actorKey: keyLookup, action, subject, affected };
}

export class AuditStore {
  constructor(
    private readonly transaction: Pick<Transaction, "add">,
    private readonly table: AuditTable,
  ) {}

  add(entries: readonly NewAuditEntry[]): void {
    const parameters = new Parameters();
    // Entries that an earlier transaction may have stored stay as they are.
    const text = `${insertManyOf(this.table.entries, entries, parameters)} ON CONFLICT DO NOTHING`;
    this.transaction.add({ text, values: parameters.values });
  }

  /** Adds the entry, or updates the number of records of one that was added before. */
  set(entry: NewAuditEntry): void {
    const parameters = new Parameters();
    const { partnerId, id, affected } = this.table.entries.columns;
    this.transaction.add({
      text: `${insertOf(this.table.entries, [entry], parameters)}
        ON CONFLICT (${partnerId.name}, ${id.name}) DO UPDATE SET ${affected.name} = excluded.${affected.name}`,
      values: parameters.values,
    });
  }
}
