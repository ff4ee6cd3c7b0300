/** Reads plates by asking the vendor, and says in our words what came of it. */
import { CircuitState, circuitBreaker, ConsecutiveBreaker, handleWhenResult, isBrokenCircuitError } from "cockatiel";
import type { AppError, JuheFault } from "../errors.js";
import { fitPhoto, type FittedPhoto, type ReceiverLimits } from "../images/fitted.photo.js";
import type { ImageFormat, Photo } from "../images/photo.js";
import { JUHE_NOT_RECOGNIZED, errorCodeOfJuhe } from "../juhe/error.codes.js";
import type { JuheOutcome } from "../juhe/answer.parser.js";
import { MAX_CONNECTIONS, type JuheAnswer, type JuheClient } from "../juhe/juhe.client.js";
import type { Logger } from "../logger.js";
import {
  cancelled,
  EngineError,
  untraced,
  type Engine,
  type EngineCall,
  type EngineTrace,
  type Recognition,
} from "./engine.js";
import { TaskQueue, type QueueLoad } from "./task.queue.js";

/** The limits of another interface of the vendor's; the document of this one gives none. */
const VENDOR_LIMITS: ReceiverLimits = {
  formats: ["JPEG", "PNG", "BMP"],
  minSide: 15,
  maxSide: 4096,
  // 4 MB: the document does not say whether of 10^6 or 2^20 bytes.
  maxBase64Length: 4_000_000,
};

const FILE_BY_FORMAT: Record<ImageFormat, { name: string; contentType: string }> = {
  JPEG: { name: "photo.jpg", contentType: "image/jpeg" },
  PNG: { name: "photo.png", contentType: "image/png" },
  BMP: { name: "photo.bmp", contentType: "image/bmp" },
  WEBP: { name: "photo.webp", contentType: "image/webp" },
};

/** Readings kept of one answer (C6): more plates than any photo shows. */
const MAX_READINGS = 100;

/** As in the ledger of vendor calls. */
const OUTCOME_NAME = { read: "ANSWERED", refused: "REFUSED", broken: "BROKEN" } as const;

/** Called for each call that was answered or broke, for the metrics. */
export type VendorCallObserver = (outcome: "ANSWERED" | "REFUSED" | "BROKEN", milliseconds: number) => void;

const MAX_FAILURES_IN_A_ROW = 10;
const HALF_OPEN_AFTER_MS = 10_000;

/** Asks the vendor's `verify` for uploads and `query` for base64. */
export class JuheEngine implements Engine {
  readonly #client: JuheClient;
  readonly #log: Logger;
  readonly #onCall: VendorCallObserver;
  /** Before undici's own queue, which a call can't leave without being counted as sent. */
  readonly #queue = new TaskQueue(MAX_CONNECTIONS);

  /** Opens after that many calls in a row without a usable answer; then one call is tried each HALF_OPEN_AFTER_MS. */
  readonly #breaker = circuitBreaker(
    handleWhenResult((answer) => isUnavailable((answer as JuheAnswer).outcome)),
    { halfOpenAfter: HALF_OPEN_AFTER_MS, breaker: new ConsecutiveBreaker(MAX_FAILURES_IN_A_ROW) },
  );

  constructor(client: JuheClient, log: Logger, onCall: VendorCallObserver = () => undefined) {
    this.#client = client;
    this.#log = log;
    this.#onCall = onCall;
  }

  get load(): QueueLoad {
    return this.#queue.load;
  }

  /** Whether one call is tried, to see whether a vendor that was down is up again. */
  get isTried(): boolean {
    return this.#breaker.state === CircuitState.HalfOpen;
  }

  /** Whether the vendor is asked: not while it is down. */
  get isAsked(): boolean {
    return this.#breaker.state !== CircuitState.Open;
  }

  /**
   * One call to the vendor; its surest reading comes first. A photo outside the vendor's limits is sent re-encoded, and boxes are still in pixels of
   * the photo as sent. The call is not made when the signal aborts before; once made it is finished, because it is billed.
   * @throws AppError INVALID_IMAGE before the vendor is asked
   * @throws EngineError RECOGNIZER_UNAVAILABLE, RECOGNIZER_QUOTA_EXCEEDED, RECOGNIZER_MISCONFIGURED or
   * INTERNAL_SERVER_ERROR, by the vendor's code
   */
  async recognize(photo: Photo, call: EngineCall): Promise<Recognition> {
    const sent = await fitPhoto(photo, VENDOR_LIMITS);
    const { outcome, rawAnswer } = await this.#askInTurn(photo, sent, call);
    const trace = traceOf(outcome, rawAnswer);
    if (outcome.kind === "read") {
      const readings = outcome.readings.map((reading) => ({
        ...reading,
        boundingBox: reading.boundingBox && sent.boxAsSent(reading.boundingBox),
      }));
      readings.sort((a, b) => b.confidence - a.confidence);
      if (readings.length > MAX_READINGS) {
        this.#log.warn({ readings: readings.length, kept: MAX_READINGS }, "juhe's answer has too many readings");
      }
      return { ...trace, readings: readings.slice(0, MAX_READINGS) };
    }
    if (outcome.kind === "refused" && outcome.errorCode === JUHE_NOT_RECOGNIZED) return { ...trace, readings: [] };
    throw this.#failure(outcome, trace);
  }

  /** The vendor's answer. The call's time includes the wait for a connection. */
  async #askInTurn(photo: Photo, sent: FittedPhoto, call: EngineCall): Promise<JuheAnswer> {
    const { signal, partnerId } = call;
    const timeout = this.#client.timeout();
    try {
      return await this.#queue.run(() => this.#askRecorded(photo, sent, timeout, call), {
        partnerId,
        leaving: AbortSignal.any([signal, timeout]),
      });
    } catch (error) {
      if (error instanceof EngineError) throw error;
      if (signal.aborted) throw cancelled(untraced("JUHE"));
      if (!timeout.aborted) throw error;
      return { outcome: { kind: "broken", problem: "has too many calls waiting" }, rawAnswer: null };
    }
  }

  /** The call, written down before and after. A vendor that is down is not called. */
  async #askRecorded(
    photo: Photo,
    sent: FittedPhoto,
    timeout: AbortSignal,
    { ledger }: EngineCall,
  ): Promise<JuheAnswer> {
    try {
      return await this.#breaker.execute(async () => {
        const entry = await ledger.open();
        if (entry === null) throw dayIsSpent();
        const answer = await this.#askObserved(photo, sent, timeout);
        await entry.complete(answer.outcome);
        return answer;
      });
    } catch (error) {
      if (!isBrokenCircuitError(error)) throw error;
      const message = "The recognition service is not asked for a moment, because it did not answer before.";
      throw new EngineError("RECOGNIZER_UNAVAILABLE", message, untraced("JUHE"));
    }
  }

  async #askObserved(photo: Photo, sent: FittedPhoto, timeout: AbortSignal): Promise<JuheAnswer> {
    const started = performance.now();
    const answer = await this.#ask(photo, sent, timeout);
    const milliseconds = Math.round(performance.now() - started);
    const outcome = OUTCOME_NAME[answer.outcome.kind];
    this.#onCall(outcome, milliseconds);
    this.#log.debug({ outcome, durationMs: milliseconds, bytesOut: sent.bytes.length }, "juhe was asked");
    return answer;
  }

  #ask(photo: Photo, { bytes, format }: FittedPhoto, timeout: AbortSignal): Promise<JuheAnswer> {
    if (photo.source === "BASE64") return this.#client.query(bytes.toString("base64"), timeout);
    const { name, contentType } = FILE_BY_FORMAT[format];
    return this.#client.verify(bytes, name, contentType, timeout);
  }

  #failure(outcome: Exclude<JuheOutcome, { kind: "read" }>, trace: EngineTrace): AppError {
    if (outcome.kind === "broken") {
      this.#log.warn({ problem: outcome.problem, cause: outcome.cause?.message }, "juhe gave no usable answer");
      const message = `The recognition service ${outcome.problem}.`;
      return new EngineError("RECOGNIZER_UNAVAILABLE", message, trace, { cause: outcome.cause });
    }
    const { errorCode, reason } = outcome;
    const juhe: JuheFault = { errorCode, reason };
    switch (errorCodeOfJuhe(errorCode)) {
      case "RECOGNIZER_MISCONFIGURED":
        this.#log.error({ juhe }, "juhe refused the account: check JUHE_KEY and the account's permissions");
        // The caller learns no more: the fault concerns the operator's account.
        return new EngineError("RECOGNIZER_MISCONFIGURED", "The recognition service is not set up correctly.", trace);
      case "INTERNAL_SERVER_ERROR":
        this.#log.error({ juhe }, "juhe refused the form of the request");
        return new EngineError("INTERNAL_SERVER_ERROR", `juhe refused the form of the request: ${errorCode}`, trace);
      case "RECOGNIZER_QUOTA_EXCEEDED":
        this.#log.warn({ juhe }, "juhe's quota is used up");
        return new EngineError("RECOGNIZER_QUOTA_EXCEEDED", "The recognition service's quota is used up.", trace, {
          juhe,
        });
      default:
        this.#log.warn({ juhe }, "juhe is unavailable");
        return new EngineError("RECOGNIZER_UNAVAILABLE", "The recognition service is unavailable.", trace, {
          juhe,
        });
    }
  }
}

function isUnavailable(outcome: JuheOutcome): boolean {
  if (outcome.kind === "broken") return true;
  return outcome.kind === "refused" && errorCodeOfJuhe(outcome.errorCode) === "RECOGNIZER_UNAVAILABLE";
}

function dayIsSpent(): EngineError {
  const message = "The calls to the recognition service that this server may make in a day are spent.";
  return new EngineError("RECOGNIZER_QUOTA_EXCEEDED", message, untraced("JUHE"));
}

function traceOf(outcome: JuheOutcome, rawAnswer: unknown): EngineTrace {
  return {
    engine: "JUHE",
    orderId: outcome.kind === "broken" ? null : outcome.orderId,
    juheErrorCode: outcome.kind === "refused" ? outcome.errorCode : null,
    rawAnswer,
    fallbackReason: null,
  };
}
