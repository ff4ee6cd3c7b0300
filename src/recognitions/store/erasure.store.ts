/** Erases readings and requests, a batch in a transaction that is given. */
import type { Principal } from "../../accounts/principal.js";
import type { ErasedUsageEntity } from "../../accounts/store/erased-usage.entity.js";
import type { EntityTable } from "../../database/entity.table.js";
import { MAX_PAGE_SIZE, type PageRequest, type Position } from "../../database/keyset.js";
import { Parameters } from "../../database/parameters.js";
import { number, text, textOrNull } from "../../database/statement.js";
import type { Transaction } from "../../database/transaction.js";
import { numberConditions } from "../../plate-records/plate-number.filter.js";
import type { CorrectionTable } from "./correction.table.js";
import type { IdempotencyKeyEntity } from "./idempotency-key.entity.js";
import type { RecognitionFilter } from "./recognition.filter.js";
import { RECOGNITION_LIST } from "./recognition.order.js";
import type { RecognitionRepository } from "./recognition.repository.js";
import type { RecognitionTables } from "./recognition.tables.js";
import type { RequestFilter } from "./request.filter.js";
import { REQUEST_LIST } from "./request.order.js";
import type { RequestRepository } from "./request.repository.js";

/** What one batch did, and where the next one begins; null when nothing is left. */
export interface ErasedBatch {
  erased: number;
  /** What was read of the readings that went, and what they were corrected to. */
  numbers: readonly string[];
  next: Position | null;
}

export interface ErasureTables {
  recognitions: RecognitionTables;
  corrections: CorrectionTable;
  keys: EntityTable<IdempotencyKeyEntity>;
  usage: EntityTable<ErasedUsageEntity>;
}

const PAGE = { size: MAX_PAGE_SIZE, backward: false, before: null };
const PARTS = { boxes: false, requests: false, images: false };

type Owner = Pick<Principal, "partnerId">;

export class ErasureStore {
  constructor(
    private readonly transaction: Pick<Transaction, "add" | "rows">,
    private readonly tables: ErasureTables,
    private readonly reads: { recognitions: RecognitionRepository; requests: RequestRepository },
  ) {}

  /** What follows in the transaction waits no longer for others that hold a record; it then fails. */
  waitAtMost(milliseconds: number): void {
    this.transaction.add({
      text: "SELECT set_config('lock_timeout', $1, true)",
      values: [`${Math.ceil(milliseconds)}ms`],
    });
  }

  /**
   * Erases up to 100 readings that meet the filter, in the order of capture. What their requests hold of them goes too: the vendor's answer, and a
   * reference that names one of the plates. Plates are locked in their order, as inserts lock them.
   */
  async eraseRecognitions(
    principal: Principal,
    filter: RecognitionFilter,
    after: Position | null,
  ): Promise<ErasedBatch> {
    const { columns } = this.tables.recognitions.recognitions;
    const page = { ...PAGE, order: "CAPTURED_AT_ASC", after } as const;
    const found = await this.reads.recognitions.findPage(principal, filter, { ...page, parts: PARTS });
    const next = nextOf(page, found.rows, found.hasNextPage, (row) => RECOGNITION_LIST.positionOf(page.order, row));
    if (next === null) this.eraseFromHistory(principal, filter);
    if (found.rows.length === 0) return { erased: 0, numbers: [], next };
    const gone = await this.eraseReadings(
      principal,
      columns.id.name,
      found.rows.map(({ key }) => key),
    );
    const numbers = gone.flatMap((reading) => reading.numbers);
    this.eraseFromRequests(
      principal,
      gone.map(({ request }) => request),
      numbers,
    );
    return { erased: gone.length, numbers, next };
  }

  /** Erases up to 100 requests that meet the filter, in the order of arrival, with their readings. Counts of them are kept by the hour. */
  async eraseRequests(principal: Principal, filter: RequestFilter, after: Position | null): Promise<ErasedBatch> {
    const page = { ...PAGE, order: "CREATED_AT_ASC", after } as const;
    const { rows, hasNextPage } = await this.reads.requests.findPage(principal, filter, page);
    const next = nextOf(page, rows, hasNextPage, (row) => REQUEST_LIST.positionOf(page.order, row));
    if (rows.length === 0) return { erased: 0, numbers: [], next };
    const { recognitions, requests } = this.tables.recognitions;
    const { keys, usage } = this.tables;
    const requestIds = rows.map(({ key }) => key);
    const values = [principal.partnerId, requestIds];
    // In one statement, before the requests: their own cascade would lock the plates request by request.
    const gone = await this.eraseReadings(principal, recognitions.columns.requestId.name, requestIds);
    this.transaction.add({
      text: `DELETE FROM ${keys.name} WHERE ${keys.columns.partnerId.name} = $1 AND ${keys.columns.requestId.name} = ANY($2::uuid[])`,
      values,
    });
    const { columns: r } = requests;
    const counts = ["recognitions", "noPlate", "failed", "local", "juhe"] as const;
    const countNames = counts.map((count) => usage.columns[count].name);
    const [erased = 0] = await this.transaction.rows({
      text: `WITH gone AS (
          DELETE FROM ${requests.name} WHERE ${r.partnerId.name} = $1 AND ${r.id.name} = ANY($2::uuid[])
          RETURNING date_trunc('hour', ${r.createdAt.name}, 'UTC') AS hour, ${r.status.name} AS status, ${r.engine.name} AS engine,
            ${r.fallbackReason.name} AS fallback
        ), counted AS (
          INSERT INTO ${usage.name} AS u (${usage.columns.partnerId.name}, ${usage.columns.hour.name}, ${countNames.join(", ")})
          SELECT $1, hour, count(*) FILTER (WHERE status = 'SUCCEEDED'), count(*) FILTER (WHERE status = 'NO_PLATE'),
            count(*) FILTER (WHERE status = 'FAILED'), count(*) FILTER (WHERE engine = 'LOCAL' OR fallback IS NOT NULL),
            count(*) FILTER (WHERE engine = 'JUHE')
          FROM gone GROUP BY hour ORDER BY hour
          ON CONFLICT (${usage.columns.partnerId.name}, ${usage.columns.hour.name}) DO UPDATE SET
            ${countNames.map((count) => `${count} = u.${count} + excluded.${count}`).join(", ")}
        ) SELECT count(*) FROM gone`,
      values,
      read: ([count]) => number(count),
    });
    return { erased, numbers: gone.flatMap((reading) => reading.numbers), next };
  }

  /** Those of the numbers that no reading has, and of which none was corrected. */
  async withoutReadings({ partnerId }: Owner, numbers: readonly string[]): Promise<string[]> {
    const { p, fromRecognitions } = this.tables.recognitions;
    const without = [p.plateNumber, p.readPlateNumber].map(
      (column) =>
        `NOT EXISTS (SELECT FROM ${fromRecognitions} WHERE ${p.partnerId} = $1 AND ${column} = wanted.number)`,
    );
    return this.transaction.rows({
      text: `SELECT number FROM unnest($2::text[]) AS wanted (number) WHERE ${without.join(" AND ")}`,
      values: [partnerId, numbers],
      read: ([found]) => text(found),
    });
  }

  /** Whether this transaction is the one that may do the work of `lock`; it holds the lock until it ends. */
  async mayWork(lock: string): Promise<boolean> {
    const [held] = await this.transaction.rows({
      text: "SELECT pg_try_advisory_xact_lock($1::bigint)",
      values: [lock],
      read: ([value]) => value === "t",
    });
    return held === true;
  }

  /** Erases the readings whose column has one of the values. */
  private eraseReadings(
    { partnerId }: Owner,
    column: string,
    ids: readonly string[],
  ): Promise<{ request: string; numbers: string[] }[]> {
    const { columns, name } = this.tables.recognitions.recognitions;
    return this.transaction.rows({
      text: `DELETE FROM ${name} WHERE ${columns.partnerId.name} = $1 AND ${column} = ANY($2::uuid[])
        RETURNING ${columns.requestId.name}, ${columns.plateNumber.name}, ${columns.readPlateNumber.name}`,
      values: [partnerId, ids],
      read: ([request, plate, read]) => ({
        request: text(request),
        numbers: [text(plate), textOrNull(read)].filter((each) => each !== null),
      }),
    });
  }

  private eraseFromRequests({ partnerId }: Owner, requestIds: readonly string[], numbers: readonly string[]): void {
    const { name, columns: r } = this.tables.recognitions.requests;
    const reference = r.externalReference.name;
    this.transaction.add({
      text: `UPDATE ${name} SET ${r.rawAnswer.name} = NULL,
          ${reference} = CASE WHEN EXISTS (SELECT FROM unnest($3::text[]) AS plate WHERE position(plate IN upper(${reference})) > 0)
            THEN NULL ELSE ${reference} END
        WHERE ${r.partnerId.name} = $1 AND ${r.id.name} = ANY($2::uuid[]) AND num_nonnulls(${r.rawAnswer.name}, ${reference}) > 0`,
      values: [partnerId, requestIds, numbers],
    });
  }

  /** Empties numbers between the first reading and the last correction, by which a reading is not found. */
  private eraseFromHistory({ partnerId }: Owner, { plateNumber }: RecognitionFilter): void {
    const parameters = new Parameters();
    const { c, corrections } = this.tables.corrections;
    const owner = `${c.partnerId} = ${parameters.add(partnerId)}`;
    const from = numberConditions(plateNumber ?? {}, c.fromNumber, parameters);
    if (from.length === 0) return;
    const to = numberConditions(plateNumber ?? {}, c.toNumber, parameters);
    const emptied = (column: string, conditions: readonly string[]): string =>
      `CASE WHEN ${conditions.join(" AND ")} THEN '' ELSE ${column} END`;
    this.transaction.add({
      text: `UPDATE ${corrections.name} AS c SET ${corrections.columns.fromNumber.name} = ${emptied(c.fromNumber, from)},
          ${corrections.columns.toNumber.name} = ${emptied(c.toNumber, to)}
        WHERE ${owner} AND ((${from.join(" AND ")}) OR (${to.join(" AND ")}))`,
      values: parameters.values,
    });
  }
}

function nextOf<Row>(
  { after }: Pick<PageRequest<string>, "after">,
  rows: readonly Row[],
  more: boolean,
  positionOf: (row: Row) => Position,
): Position | null {
  const last = rows.at(-1);
  return more ? (last === undefined ? after : positionOf(last)) : null;
}
