/** Writes of the audit log, inside the caller's transaction. */
import { newRecordId } from "../../database/record.id.js";
import { insertManyOf, insertOf, type Stored } from "../../database/insert.js";
import { Parameters } from "../../database/parameters.js";
import type { EntityTable, TableOf } from "../../database/entity.table.js";
import { text } from "../../database/statement.js";
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

/** Entries of one statement: some 20 ms. */
const LOOKED_AT = 10_000;

/** An entry with the current time. */
export function auditEntry(
  { partnerId, keyLookup }: Pick<Principal, "partnerId" | "keyLookup">,
  action: AuditAction,
  subject: string | null,
  affected: number,
): NewAuditEntry {
  return { partnerId, id: newRecordId(), createdAt: new Date(), actorKey: keyLookup, action, subject, affected };
}

export class AuditStore {
  constructor(
    private readonly transaction: Pick<Transaction, "add" | "rows">,
    private readonly table: AuditTable,
  ) {}

  add(entries: readonly NewAuditEntry[]): void {
    const parameters = new Parameters();
    // Entries that an earlier transaction may have stored stay as they are.
    const text = `${insertManyOf(this.table.entries, entries, parameters)} ON CONFLICT DO NOTHING`;
    this.transaction.add({ text, values: parameters.values });
  }

  /**
   * Goes through so many entries after `after` (the first ones for null) and removes from those of searches what was searched, where that is one of the
   * numbers as a whole, with or without wildcards around it. Who searched, when and by which field stays.
   * The numbers are hashed (IN, where = ANY compares with each): 20,000 of them against 10,000 entries take 0.1 s instead of 22.
   * @returns where to go on; null at the end
   */
  async forgetSearches(
    { partnerId }: Pick<Principal, "partnerId">,
    numbers: readonly string[],
    after: string | null,
  ): Promise<string | null> {
    const { name, columns: a } = this.table.entries;
    const [next = null] = await this.transaction.rows({
      text: `WITH looked_at AS (
          SELECT ${a.id.name} AS id, ${a.action.name} AS action, ${a.subject.name} AS subject FROM ${name}
          WHERE ${a.partnerId.name} = $1 AND ($3::uuid IS NULL OR ${a.id.name} > $3::uuid) ORDER BY ${a.id.name} LIMIT ${LOOKED_AT}
        ), forgotten AS (
          UPDATE ${name} SET ${a.subject.name} = split_part(${a.subject.name}, ' ', 1)
          WHERE ${a.partnerId.name} = $1 AND ${a.id.name} = ANY (ARRAY(SELECT id FROM looked_at WHERE action = 'PLATES_SEARCHED'
            AND EXISTS (SELECT FROM string_to_table(translate(upper(subject), '*?', ''), '"') AS word WHERE word IN (SELECT unnest($2::text[])))))
        )
        SELECT id FROM looked_at ORDER BY id OFFSET ${LOOKED_AT - 1}`,
      values: [partnerId, numbers, after],
      read: ([id]) => text(id),
    });
    return next;
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
