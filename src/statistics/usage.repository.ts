/**
 * What a partner used in a range of time: from its requests, the ledger of vendor calls, and the answers that were given again. Erased requests are counted
 * by the hour in which they arrived.
 */
import type { Principal } from "../accounts/principal.js";
import { ErasedUsageEntity } from "../accounts/store/erased-usage.entity.js";
import { VendorCallEntity } from "../accounts/store/vendor-call.entity.js";
import { columnNames, type ColumnNames, type EntityTable, type TableOf } from "../database/entity.table.js";
import { Parameters } from "../database/parameters.js";
import { number, type Reader, type Timestamp } from "../database/statement.js";
import { RecognitionReuseEntity } from "../recognitions/store/recognition-reuse.entity.js";
import type { RecognitionTables } from "../recognitions/store/recognition.tables.js";

export interface Usage {
  recognitions: number;
  noPlate: number;
  failed: number;
  reused: number;
  juheCalls: number;
  localCalls: number;
}

/** Half-open; an end that is not given is open. */
export interface UsageRange {
  gte: Timestamp | null;
  lt: Timestamp | null;
}

export class UsageTables {
  readonly calls: EntityTable<VendorCallEntity>;
  readonly c: ColumnNames<VendorCallEntity>;
  readonly reuses: EntityTable<RecognitionReuseEntity>;
  readonly u: ColumnNames<RecognitionReuseEntity>;

  readonly erased: EntityTable<ErasedUsageEntity>;
  readonly e: ColumnNames<ErasedUsageEntity>;

  constructor(tableOf: TableOf) {
    this.calls = tableOf(VendorCallEntity);
    this.c = columnNames(this.calls, "c");
    this.reuses = tableOf(RecognitionReuseEntity);
    this.u = columnNames(this.reuses, "u");
    this.erased = tableOf(ErasedUsageEntity);
    this.e = columnNames(this.erased, "e");
  }
}

export class UsageRepository {
  constructor(
    private readonly database: Reader,
    private readonly recognitions: RecognitionTables,
    private readonly tables: UsageTables,
  ) {}

  async usage({ partnerId }: Principal, range: UsageRange): Promise<Usage> {
    const { r, fromRequests } = this.recognitions;
    const { c, u, e, calls, reuses, erased } = this.tables;
    const parameters = new Parameters();
    const partner = parameters.add(partnerId);
    const from = `coalesce(${parameters.add(range.gte)}::timestamptz, '-infinity')`;
    const before = `coalesce(${parameters.add(range.lt)}::timestamptz, 'infinity')`;
    const within = (column: string): string => `${column} >= ${from} AND ${column} < ${before}`;
    const countOf = (source: string, owner: string, moment: string): string =>
      `(SELECT count(*)::int FROM ${source} WHERE ${owner} = ${partner} AND ${within(moment)})`;
    const [usage] = await this.database.rows({
      // A request with a reason for its fallback was read by the local engine too: first, or in the vendor's place.
      text: `WITH live AS (
          SELECT count(*) FILTER (WHERE ${r.status} = 'SUCCEEDED') AS recognitions, count(*) FILTER (WHERE ${r.status} = 'NO_PLATE') AS no_plate,
            count(*) FILTER (WHERE ${r.status} = 'FAILED') AS failed,
            count(*) FILTER (WHERE ${r.engine} = 'LOCAL' OR ${r.fallbackReason} IS NOT NULL) AS local
          FROM ${fromRequests} WHERE ${r.partnerId} = ${partner} AND ${within(r.createdAt)}
        ), gone AS (
          SELECT coalesce(sum(${e.recognitions}), 0) AS recognitions, coalesce(sum(${e.noPlate}), 0) AS no_plate,
            coalesce(sum(${e.failed}), 0) AS failed, coalesce(sum(${e.local}), 0) AS local
          FROM ${erased.name} e WHERE ${e.partnerId} = ${partner} AND ${within(e.hour)}
        )
        SELECT (live.recognitions + gone.recognitions)::int, (live.no_plate + gone.no_plate)::int, (live.failed + gone.failed)::int,
          (live.local + gone.local)::int,
          ${countOf(`${reuses.name} u`, u.partnerId, u.createdAt)}, ${countOf(`${calls.name} c`, c.partnerId, c.startedAt)}
        FROM live, gone`,
      values: parameters.values,
      customPlan: true,
      read: ([recognitions, noPlate, failed, localCalls, reused, juheCalls]): Usage => ({
        recognitions: number(recognitions),
        noPlate: number(noPlate),
        failed: number(failed),
        reused: number(reused),
        juheCalls: number(juheCalls),
        localCalls: number(localCalls),
      }),
    });
    if (usage === undefined) throw new Error("An aggregate has one row.");
    return usage;
  }
}
