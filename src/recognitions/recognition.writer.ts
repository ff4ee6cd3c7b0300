/** Stores a recognition request with its readings and its idempotency key in one short transaction, and tries again while the database is away. */
import { setTimeout } from "node:timers/promises";
import type { Principal } from "../accounts/principal.js";
import { DatabaseUnavailableError } from "../database/database.faults.js";
import type { InTransaction } from "../database/database.js";
import type { Logger } from "../logger.js";
import type { Claim, IdempotencyStore } from "./store/idempotency.store.js";
import type { NewRecognition, NewRequest, RecognitionStore } from "./store/recognition.store.js";

/** What one transaction of a recognition can store. */
export interface RecognitionStores {
  recognitions: RecognitionStore;
  keys: IdempotencyStore;
}

/** Milliseconds before each further try to store what an engine, perhaps for a fee, has read. */
const SAVE_AGAIN_AFTER_MS = [250, 1_000] as const;
/** No further try begins later: each may wait as long as DATABASE_CONNECT_TIMEOUT_MS for a connection. */
const SAVE_AGAIN_WITHIN_MS = 15_000;

export class RecognitionWriter {
  constructor(
    private readonly inTransaction: InTransaction<RecognitionStores>,
    private readonly logger: Logger,
  ) {}

  /** Tries again while the database can't be reached: the ids stay the same, so that nothing is stored twice. */
  async save(
    principal: Principal,
    request: NewRequest,
    rows: readonly NewRecognition[],
    claim: Claim | null,
  ): Promise<void> {
    const started = performance.now();
    let mayBeStored = false;
    for (const wait of [...SAVE_AGAIN_AFTER_MS, null]) {
      try {
        const again = mayBeStored;
        await this.inTransaction(principal.clientId, ({ recognitions, keys }) => {
          recognitions.add(request, rows, { again });
          if (claim !== null) keys.complete(principal, claim);
        });
        return;
      } catch (error) {
        if (!(error instanceof DatabaseUnavailableError)) throw error;
        mayBeStored ||= error.mayBeStored;
        const late = performance.now() - started > SAVE_AGAIN_WITHIN_MS;
        if (wait === null || late || !error.short) throw new DatabaseUnavailableError(error.cause, mayBeStored);
        this.logger.warn({ reason: String(error.cause), requestId: request.id }, "a recognition is stored again");
        await setTimeout(wait);
      }
    }
  }

  /**
   * Stores a failed request. The caller is told why it failed, even when the failure can't be stored.
   * @param final whether the same call again gets this failure again; else its key is free for a new try
   */
  async saveFailure(principal: Principal, request: NewRequest, claim: Claim | null, final: boolean): Promise<void> {
    try {
      await this.inTransaction(principal.clientId, ({ recognitions, keys }) => {
        recognitions.add(request, []);
        if (claim === null) return;
        if (final) keys.complete(principal, claim);
        else keys.release(principal, claim);
      });
    } catch (error) {
      this.logger.error({ err: error, requestId: request.id }, "a failed recognition could not be stored");
    }
  }
}
