/** Erases what meets a filter: in batches, each a short transaction of its own, so that inserts wait for one batch at most. */
import { requireScope, type Principal } from "../accounts/principal.js";
import type { SearchLog } from "../accounts/search.log.js";
import type { AuditAction } from "../accounts/store/audit-entry.entity.js";
import { auditEntry, type AuditStore } from "../accounts/store/audit.store.js";
import { DatabaseUnavailableError, isLockTimeout } from "../database/database.faults.js";
import type { InTransaction } from "../database/database.js";
import type { Position } from "../database/keyset.js";
import { AppError } from "../errors.js";
import { normalizePlateNumber } from "../plates/plate-number.js";
import type { ErasedBatch, ErasureStore } from "./store/erasure.store.js";
import type { RecognitionFilter } from "./store/recognition.filter.js";
import type { RequestFilter } from "./store/request.filter.js";

/** What one transaction of an erasure can do. */
export interface ErasureStores {
  erasure: ErasureStore;
  audit: AuditStore;
}

/** A call answers after this time, with what went so far. */
export const ERASE_WITHIN_MS = 10_000;
/** A batch that begins at the end of that time waits so long for other transactions. */
const MIN_WAIT_MS = 100;
/** Transactions that wait for each other's plates: PostgreSQL ends one of them, which is then tried again. */
const TRIES = 3;

export class ErasureService {
  constructor(
    private readonly inTransaction: InTransaction<ErasureStores>,
    /** Its searches are written before those that name an erased plate are looked for. */
    private readonly searches: Pick<SearchLog, "flush">,
    private readonly withinMs = ERASE_WITHIN_MS,
  ) {}

  /**
   * @returns how many readings went
   * @throws AppError BAD_USER_INPUT for a filter that every reading meets, SERVER_BUSY where other transactions let none go
   */
  async eraseRecognitions(principal: Principal, filter: RecognitionFilter, signal: AbortSignal): Promise<number> {
    requireScope(principal, "ADMIN");
    const { plateNumber, ...others } = filter;
    const { startsWith, contains, matches, ...whole } = plateNumber ?? {};
    const parts = { startsWith, contains, matches: matches?.replaceAll("*", "") };
    const narrow = Object.values(parts).some((part) => part != null && normalizePlateNumber(part) !== "");
    if (!narrow && !holdsCondition({ ...others, whole })) throw emptyFilter();
    // Searches may name a plate that no reading has.
    const { eq, in: any } = whole;
    const named = [eq, ...(any ?? [])].filter((number) => number != null).map(normalizePlateNumber);
    return this.erase(principal, "RECOGNITIONS_ERASED", signal, named, ({ erasure }, after) =>
      erasure.eraseRecognitions(principal, filter, after),
    );
  }

  /**
   * @returns how many requests went
   * @throws AppError BAD_USER_INPUT for a filter without a condition
   */
  async eraseRequests(principal: Principal, filter: RequestFilter, signal: AbortSignal): Promise<number> {
    requireScope(principal, "ADMIN");
    if (!holdsCondition(filter)) throw emptyFilter();
    return this.erase(principal, "REQUESTS_ERASED", signal, [], ({ erasure }, after) =>
      erasure.eraseRequests(principal, filter, after),
    );
  }

  private async erase(
    principal: Principal,
    action: AuditAction,
    signal: AbortSignal,
    named: readonly string[],
    batch: (stores: ErasureStores, after: Position | null) => Promise<ErasedBatch>,
  ): Promise<number> {
    const deadline = performance.now() + this.withinMs;
    const left = (): number => deadline - performance.now();
    const entry = auditEntry(principal, action, null, 0);
    const numbers = new Set(named);
    let after: Position | null = null;
    let total = 0;
    do {
      const from: Position | null = after;
      const before = total;
      try {
        const done: ErasedBatch = await tried(left, () =>
          this.inTransaction(principal.clientId, async (stores) => {
            stores.erasure.waitAtMost(Math.max(left(), MIN_WAIT_MS));
            const erased = await batch(stores, from);
            // One entry for the call, true after each batch.
            stores.audit.set({ ...entry, affected: before + erased.erased });
            return erased;
          }),
        );
        total += done.erased;
        for (const number of done.numbers) numbers.add(number);
        after = done.next;
      } catch (error) {
        if (!isLockTimeout(error)) throw error;
        // 0 would say that nothing is left.
        if (total === 0) throw stalled(this.withinMs, error);
        break;
      }
    } while (after !== null && left() > 0 && !signal.aborted);
    if (numbers.size > 0) await this.forgetSearches(principal, [...numbers], left);
    return total;
  }

  /** Removes plates that are gone from what the audit log holds of searches; the entries stay. */
  private async forgetSearches(principal: Principal, numbers: readonly string[], left: () => number): Promise<void> {
    await this.searches.flush();
    const { clientId } = principal;
    const gone = await this.inTransaction(clientId, ({ erasure }) => erasure.withoutReadings(principal, numbers));
    if (gone.length === 0) return;
    let after: string | null = null;
    do {
      const from: string | null = after;
      after = await this.inTransaction<string | null>(clientId, ({ audit }) =>
        audit.forgetSearches(principal, gone, from),
      );
    } while (after !== null && left() > 0);
  }
}

async function tried<Result>(leftMs: () => number, work: () => Promise<Result>): Promise<Result> {
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      const passes = error instanceof DatabaseUnavailableError && error.short && !error.mayBeStored;
      if (!passes || left === 0 || leftMs() <= 0) throw error;
    }
  }
}

function stalled(withinMs: number, cause: unknown): AppError {
  return new AppError(
    "SERVER_BUSY",
    `Other transactions held the records for ${withinMs / 1000} seconds: nothing was erased. Try again.`,
    { cause },
  );
}

/** Whether anything is asked: a list or a value, at any depth. */
function holdsCondition(filter: unknown): boolean {
  if (filter === null || filter === undefined) return false;
  if (typeof filter !== "object" || Array.isArray(filter)) return true;
  return Object.values(filter).some(holdsCondition);
}

function emptyFilter(): AppError {
  return new AppError("BAD_USER_INPUT", "`filter` holds no condition: everything would be erased.");
}
