/** Calls that are answered from the store: by the caller's key, or because the same photo was read a moment ago. */
import type { Principal } from "../accounts/principal.js";
import { AppError } from "../errors.js";
import type { Photo } from "../images/photo.js";
import type { Idempotency } from "./idempotency.js";
import type { RecognizeOptions } from "./request.records.js";
import type { AnswerStore, StoredAnswer } from "./store/answer.store.js";
import type { Claim } from "./store/idempotency.store.js";

/** The answer, or the claim under which the photo is to be read (null without a key). */
export type Earlier = { answer: StoredAnswer } | { claim: Claim | null };

export class EarlierAnswers {
  /** @param reuseSeconds how long an answer holds for the same photo; 0 is not at all */
  constructor(
    private readonly idempotency: Idempotency,
    private readonly answers: AnswerStore,
    private readonly reuseSeconds: number,
  ) {}

  /**
   * @param requestId of the request that this call would store
   * @throws AppError as `Idempotency.claim` does, and with the code of the first call where that one failed
   */
  async find(
    principal: Principal,
    photo: Photo,
    options: RecognizeOptions,
    requestId: string,
    signal: AbortSignal,
  ): Promise<Earlier> {
    const { idempotencyKey } = options;
    if (idempotencyKey !== null) {
      const claimed = await this.idempotency.claim(principal, idempotencyKey, photo, options, requestId, signal);
      return "claim" in claimed ? claimed : { answer: await this.again(principal, claimed.earlier) };
    }
    const reusable = this.reuseSeconds > 0 ? await this.latest(principal, photo, options) : null;
    return reusable === null ? { claim: null } : { answer: await this.again(principal, reusable) };
  }

  private latest(principal: Principal, { sha256 }: Photo, { engine }: RecognizeOptions): Promise<string | null> {
    // A caller who names an engine wants its reading, not another one's.
    if (engine !== null) return Promise.resolve(null);
    return this.answers.findByPhoto(principal, sha256, new Date(Date.now() - this.reuseSeconds * 1000));
  }

  private async again(principal: Principal, requestId: string): Promise<StoredAnswer> {
    const answer = await this.answers.find(principal, requestId);
    if (answer === null) throw new AppError("NOT_FOUND", "The answer to the first call has been erased.");
    await this.answers.addReuse(principal);
    const { errorCode } = answer.request;
    if (errorCode === null) return answer;
    throw new AppError(errorCode, `The first call with this \`idempotencyKey\` failed with ${errorCode}.`, {
      retryable: false,
    });
  }
}
