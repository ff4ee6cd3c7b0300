/** Reads plates by asking the vendor, and says in our words what came of it. */
import type { AppError } from "../errors.js";
import { type JuheFault } from "../errors.js";
import { fitPicture, type FittedPicture, type PictureLimits } from "../images/fitted.picture.js";
import type { ImageFormat, Photo } from "../images/photo.js";
import { JUHE_NOT_RECOGNIZED, errorCodeOfJuhe } from "../juhe/error.codes.js";
import type { JuheOutcome } from "../juhe/answer.parser.js";
import type { JuheAnswer, JuheClient } from "../juhe/juhe.client.js";
import type { Logger } from "../logger.js";
import { EngineError, type EngineTrace, type Recognition, type Engine } from "./engine.js";

/** The vendor's limits, as a sibling interface documents them; this one's document names none. */
const VENDOR_LIMITS: PictureLimits = {
  formats: ["JPEG", "PNG", "BMP"],
  minSide: 15,
  maxSide: 4096,
  // "4 MB" counted in the smaller megabytes: a picture in between is sent smaller rather than refused.
  maxBase64Length: 4_000_000,
};

const FILE_BY_FORMAT: Record<ImageFormat, { name: string; contentType: string }> = {
  JPEG: { name: "picture.jpg", contentType: "image/jpeg" },
  PNG: { name: "picture.png", contentType: "image/png" },
  BMP: { name: "picture.bmp", contentType: "image/bmp" },
  WEBP: { name: "picture.webp", contentType: "image/webp" },
};

/** Asks the vendor's `verify` for uploads and `query` for base64. */
export class JuheEngine implements Engine {
  readonly #client: Pick<JuheClient, "verify" | "query">;
  readonly #log: Logger;

  constructor(client: Pick<JuheClient, "verify" | "query">, log: Logger) {
    this.#client = client;
    this.#log = log;
  }

  /**
   * One call to the vendor, best reading first. A picture outside the vendor's limits is sent re-encoded; boxes are in
   * the photo as sent all the same.
   * @throws AppError INVALID_IMAGE before the vendor is asked
   * @throws EngineError RECOGNIZER_UNAVAILABLE, RECOGNIZER_QUOTA_EXCEEDED, RECOGNIZER_MISCONFIGURED or
   * INTERNAL_SERVER_ERROR, by the vendor's code
   */
  async recognize(photo: Photo): Promise<Recognition> {
    const picture = await fitPicture(photo, VENDOR_LIMITS);
    const { outcome, rawAnswer } = await this.#ask(photo, picture);
    const trace = traceOf(outcome, rawAnswer);
    if (outcome.kind === "read") {
      const readings = outcome.readings.map((reading) => ({
        ...reading,
        boundingBox: reading.boundingBox && picture.boxAsSent(reading.boundingBox),
      }));
      return { ...trace, readings: readings.sort((a, b) => b.confidence - a.confidence) };
    }
    if (outcome.kind === "refused" && outcome.errorCode === JUHE_NOT_RECOGNIZED) return { ...trace, readings: [] };
    throw this.#failure(outcome, trace);
  }

  #ask(photo: Photo, { bytes, format }: FittedPicture): Promise<JuheAnswer> {
    if (photo.source === "BASE64") return this.#client.query(bytes.toString("base64"));
    const { name, contentType } = FILE_BY_FORMAT[format];
    return this.#client.verify(bytes, name, contentType);
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
        this.#log.error({ juhe }, "juhe refuses the account: check JUHE_KEY and what the account may do");
        // The caller is told no more: what is wrong with the account is between its owner and the vendor.
        return new EngineError("RECOGNIZER_MISCONFIGURED", "The recognition service is not set up correctly.", trace);
      case "INTERNAL_SERVER_ERROR":
        this.#log.error({ juhe }, "juhe finds fault with how we ask");
        return new EngineError("INTERNAL_SERVER_ERROR", `juhe finds fault with how we ask: ${errorCode}`, trace);
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

function traceOf(outcome: JuheOutcome, rawAnswer: unknown): EngineTrace {
  return {
    engine: "JUHE",
    orderId: outcome.kind === "broken" ? null : outcome.orderId,
    juheErrorCode: outcome.kind === "refused" ? outcome.errorCode : null,
    rawAnswer,
    fallbackReason: null,
  };
}
