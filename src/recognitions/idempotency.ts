/** The same call once: a caller's key is claimed before an engine is asked, over all servers. */
import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Principal } from "../accounts/principal.js";
import { AppError } from "../errors.js";
import type { Photo } from "../images/photo.js";
import type { RecognizeOptions } from "./request.records.js";
import type { Claim, IdempotencyClaims } from "./store/idempotency.store.js";

/** How often a call looks whether the one that came first is done. */
const LOOK_EVERY_MS = 200;
/** A call waits so long for the one that came first. */
const WAIT_MS = 60_000;

/** A claim of the key for this call, or the request that an earlier call with the key stored. */
export type Claimed = { claim: Claim } | { earlier: string };

export class Idempotency {
  /** @param serverId this server's number, which may change */
  constructor(
    private readonly claims: Pick<IdempotencyClaims, "take" | "find">,
    private readonly serverId: () => number,
  ) {}

  /**
   * @param requestId of the request that this call would store
   * @throws AppError BAD_USER_INPUT for a key that was used for another photo or with other options; RECOGNIZER_UNAVAILABLE, not retryable, when the
   * server that worked on the first call ended after it had asked the vendor, and retryable when the first call is not done in time
   */
  async claim(
    principal: Principal,
    key: string,
    photo: Photo,
    options: RecognizeOptions,
    requestId: string,
    signal: AbortSignal,
  ): Promise<Claimed> {
    const fingerprint = fingerprintOf(photo, options);
    const deadline = Date.now() + WAIT_MS;
    while (Date.now() < deadline && !signal.aborted) {
      const claim = { key, fingerprint, requestId, serverId: this.serverId() };
      if (await this.claims.take(principal, claim)) return { claim };
      const state = await this.claims.find(principal, key, fingerprint);
      if (state !== null) {
        if (!state.same) {
          throw new AppError("BAD_USER_INPUT", "`idempotencyKey` was used for another photo or with other options.");
        }
        if (state.done) return { earlier: state.requestId };
        if (!state.held && state.billed) throw cutOff();
      }
      await setTimeout(LOOK_EVERY_MS);
    }
    throw new AppError("RECOGNIZER_UNAVAILABLE", "An earlier call with the same `idempotencyKey` is not done yet.");
  }
}

function fingerprintOf(
  { sha256 }: Photo,
  { cameraId, capturedAt, externalReference, engine }: RecognizeOptions,
): Buffer {
  const options = JSON.stringify([cameraId, capturedAt, externalReference, engine]);
  return createHash("sha256").update(sha256).update(options).digest();
}

function cutOff(): AppError {
  return new AppError(
    "RECOGNIZER_UNAVAILABLE",
    "A server ended while it worked on the first call with this `idempotencyKey`, after it had asked the vendor. What the vendor answered is unknown; " +
      "the call is not repeated, because it may have been billed. To ask again, use another key.",
    { retryable: false },
  );
}
