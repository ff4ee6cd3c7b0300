/** Erases requests that are older than RETENTION_DAYS, with their readings: every hour, on one server at a time, in small batches with pauses. */
import { setTimeout as pause } from "node:timers/promises";
import { jobPrincipal } from "../accounts/principal.js";
import { auditEntry } from "../accounts/store/audit.store.js";
import type { InTransaction } from "../database/database.js";
import type { Position } from "../database/keyset.js";
import type { Logger } from "../logger.js";
import type { ErasureStores } from "../recognitions/erasure.service.js";

const EVERY_MS = 3_600_000;
const DAY_MS = 24 * 3_600_000;
/** Between batches of 100 requests, so that the job takes a part of the database's time. */
const PAUSE_MS = 50;
/** Another server has the lock for a batch at a time. One that has it all this time is left to go on alone. */
const MAX_REFUSED = 200;
/** Any 64-bit number that nothing else uses. */
const ADVISORY_LOCK = "7305196400812027";

export class RetentionJob {
  private readonly ended = new AbortController();
  private working: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly inTransaction: InTransaction<ErasureStores>,
    private readonly partners: () => Promise<string[]>,
    private readonly days: number,
    private readonly logger: Pick<Logger, "info" | "error">,
    private readonly onErased: (requests: number) => void,
  ) {}

  start(): void {
    const work = (): void => {
      this.working = this.run().catch((error: unknown) => {
        this.logger.error({ err: error }, "the erasure of old requests failed and is tried again in an hour");
      });
    };
    work();
    this.timer = setInterval(work, EVERY_MS);
  }

  /** Waits for the batch that runs. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.ended.abort();
    await this.working;
  }

  private async run(): Promise<void> {
    const before = new Date(Date.now() - this.days * DAY_MS).toISOString();
    let total = 0;
    for (const partnerId of await this.partners()) total += await this.eraseOf(partnerId, before);
    if (total > 0) this.logger.info({ requests: total, before }, "erased requests older than RETENTION_DAYS");
  }

  private async eraseOf(partnerId: string, before: string): Promise<number> {
    const principal = jobPrincipal(partnerId);
    const entry = auditEntry(principal, "REQUESTS_ERASED", "RETENTION_DAYS", 0);
    let total = 0;
    let after: Position | null = null;
    let refused = 0;
    do {
      const from: Position | null = after;
      const sofar = total;
      const batch = await this.inTransaction(principal.clientId, async ({ erasure, audit }) => {
        if (!(await erasure.mayWork(ADVISORY_LOCK))) return null;
        const done = await erasure.eraseRequests(principal, { createdAt: { lt: before } }, from);
        if (sofar + done.erased > 0) audit.set({ ...entry, affected: sofar + done.erased });
        return done;
      });
      refused = batch === null ? refused + 1 : 0;
      if (batch !== null) {
        total += batch.erased;
        this.onErased(batch.erased);
        after = batch.next;
        if (after === null) break;
      }
      await pause(PAUSE_MS, undefined, { signal: this.ended.signal }).catch(() => undefined);
    } while (refused < MAX_REFUSED && !this.ended.signal.aborted);
    return total;
  }
}
