/** Reads of the audit log: plain rows of the principal's partner. */
import { columnNames } from "../../database/entity.table.js";
import { Keyset, limitOf, pageOf, pageRows, type Page, type PageRequest } from "../../database/keyset.js";
import { UUID_KEY } from "../../database/list.orders.js";
import { Parameters } from "../../database/parameters.js";
import { columnsOf } from "../../database/selection.js";
import { number, type Reader, type Timestamp } from "../../database/statement.js";
import type { Principal } from "../principal.js";
import type { AuditAction } from "./audit-entry.entity.js";
import type { AuditTable } from "./audit.store.js";

export interface AuditRow {
  /** UUID. */
  key: string;
  /** As callers see it. */
  id: string;
  createdAt: Timestamp;
  action: AuditAction;
  actorKey: string | null;
  subject: string | null;
  affected: number;
}

type AuditOrder = "CREATED_AT_DESC";

/** Ids are UUIDv7: latest first. */
export const AUDIT_LIST = new Keyset<AuditRow, never, "id", AuditOrder>(
  { CREATED_AT_DESC: { property: null, cast: "timestamptz", direction: "DESC" } },
  UUID_KEY,
);

export class AuditRepository {
  constructor(
    private readonly database: Reader,
    private readonly table: AuditTable,
  ) {}

  /** Latest first. */
  async findPage({ partnerId }: Principal, page: PageRequest<AuditOrder>): Promise<Page<AuditRow>> {
    const { entries } = this.table;
    const a = columnNames(entries, "a");
    const { list, value } = columnsOf(entries, "a", ["id", "createdAt", "action", "actorKey", "subject", "affected"]);
    const parameters = new Parameters();
    const limit = limitOf(page, parameters);
    const conditions = [`${a.partnerId} = ${parameters.add(partnerId)}`, ...AUDIT_LIST.bounds(a, page, parameters)];
    const orderBy = AUDIT_LIST.orderBy(a, page);
    const parts = { from: `${entries.name} a`, alias: "a", conditions, orderBy, oneByOne: null, limit };
    const rows = await this.database.rows({
      text: `SELECT ${list.join(", ")} FROM (${pageRows(parts, parameters)}) a ORDER BY ${orderBy} LIMIT ${limit}`,
      values: parameters.values,
      read: (columns): AuditRow => ({
        key: value.id(columns, 0),
        id: `audit_${value.id(columns, 0)}`,
        createdAt: value.createdAt(columns, 0),
        action: value.action(columns, 0),
        actorKey: value.actorKey(columns, 0),
        subject: value.subject(columns, 0),
        affected: value.affected(columns, 0),
      }),
    });
    return pageOf(rows, page);
  }

  async count({ partnerId }: Principal): Promise<number> {
    const a = columnNames(this.table.entries, "a");
    const [count] = await this.database.rows({
      text: `SELECT count(*)::int FROM ${this.table.entries.name} a WHERE ${a.partnerId} = $1`,
      values: [partnerId],
      read: ([value]) => number(value),
      customPlan: true,
    });
    return count ?? 0;
  }
}
