/** Asks the vendor, and answers locally when the vendor is unavailable or out of quota. */
import type { Photo } from "../images/photo.js";
import { failureSentence, isPassingFailure, withVendorTrace } from "./fallback.trace.js";
import { EngineError, type Recognition, type Engine, type EngineCall } from "./engine.js";

export class JuheThenLocalEngine implements Engine {
  readonly #juhe: Engine;
  readonly #local: Engine;

  constructor(juhe: Engine, local: Engine) {
    this.#juhe = juhe;
    this.#local = local;
  }

  /**
   * The vendor's answer, "no plate" included; else the local one, with engine LOCAL, the vendor's code, answer and order
   * kept, and `fallbackReason` set.
   * @throws AppError for a photo that does not decode; EngineError for the vendor's other failures (such as a wrong key, which a
   * silent fallback would hide) and when the local engine fails too
   */
  async recognize(photo: Photo, call: EngineCall): Promise<Recognition> {
    try {
      return await this.#juhe.recognize(photo, call);
    } catch (error) {
      if (call.signal.aborted || !isPassingFailure(error)) throw error;
      return await this.#recognizeLocally(photo, error, call);
    }
  }

  async #recognizeLocally(photo: Photo, failure: EngineError, call: EngineCall): Promise<Recognition> {
    const reason = failureSentence(failure);
    try {
      return withVendorTrace(await this.#local.recognize(photo, call), failure.trace, reason);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const trace = withVendorTrace(error.trace, failure.trace, reason);
      throw new EngineError(error.code, error.message, trace, { cause: error, retryable: error.retryable });
    }
  }
}
