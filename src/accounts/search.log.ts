/** Audit entries of plate searches: collected in memory, written in batches, so that no search waits for its entry. */
import type { Logger } from "../logger.js";
import { normalizePlateNumber } from "../plates/plate-number.js";
import type { Principal } from "./principal.js";
import { auditEntry, type NewAuditEntry } from "./store/audit.store.js";

/** Called for each search. */
export interface SearchLog {
  /** @param field the GraphQL field, such as `plate` */
  record(principal: Principal, field: string, searched: unknown): void;
  /** Resolves once what was recorded is written, or could not be. */
  flush(): Promise<void>;
}

export const NO_SEARCH_LOG: SearchLog = { record: () => undefined, flush: () => Promise.resolve() };

const WRITE_EVERY_MS = 1_000;
/** Entries of one statement. */
const BATCH = 500;
/** Some 10 MB. While the database can't be reached, further searches are not recorded; the log has their number. */
const MAX_WAITING = 10_000;
/** In UTF-16 units. */
const MAX_SUBJECT = 1_000;

/** Told what becomes of searches, for the metrics. */
export interface SearchLogObserver {
  onLost(searches: number): void;
}

export class BatchedSearchLog implements SearchLog {
  private waiting: NewAuditEntry[] = [];
  /** Since entries were last written. */
  private lost = 0;
  private writing: Promise<void> = Promise.resolve();
  private readonly timer = setInterval(() => void this.flush(), WRITE_EVERY_MS);

  constructor(
    private readonly write: (entries: readonly NewAuditEntry[]) => Promise<void>,
    private readonly logger: Pick<Logger, "error">,
    private readonly observer: SearchLogObserver,
  ) {}

  /** Searches that were answered and are not yet in the database. */
  get size(): number {
    return this.waiting.length;
  }

  record(principal: Principal, field: string, searched: unknown): void {
    if (this.waiting.length >= MAX_WAITING) {
      if (this.lost === 0)
        this.logger.error(
          { waiting: MAX_WAITING },
          "further searches are not in the audit log until it can be written",
        );
      this.lost += 1;
      this.observer.onLost(1);
      return;
    }
    // Numbers as they are stored: an erasure finds them.
    const text = JSON.stringify(searched, (_name, value: unknown) =>
      typeof value === "string" ? normalizePlateNumber(value) : value,
    );
    const subject = `${field} ${text}`.slice(0, MAX_SUBJECT);
    this.waiting.push(auditEntry(principal, "PLATES_SEARCHED", subject, 0));
  }

  /** Writes the recorded searches; those that can't be written are kept for the next time. */
  flush(): Promise<void> {
    return (this.writing = this.writing.then(() => this.writeWaiting()));
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
    const left = this.waiting.length;
    if (left > 0) this.observer.onLost(left);
    if (left + this.lost > 0) this.logger.error({ searches: left + this.lost }, "searches are not in the audit log");
  }

  private async writeWaiting(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        const batch = this.waiting.slice(0, BATCH);
        await this.write(batch);
        this.waiting = this.waiting.slice(batch.length);
      }
      if (this.lost > 0) this.logger.error({ searches: this.lost }, "searches are not in the audit log");
      this.lost = 0;
    } catch (error) {
      this.logger.error({ reason: String(error), waiting: this.waiting.length }, "the audit log could not be written");
    }
  }
}
