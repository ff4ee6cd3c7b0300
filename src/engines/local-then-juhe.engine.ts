/** Reads locally, and pays the vendor only where the local reading is absent or weak. */
import type { Photo } from "../images/photo.js";
import { FALLBACK_SENTENCES } from "./fallback.reason.js";
import { failureSentence, isPassingFailure, withVendorTrace } from "./fallback.trace.js";
import { cancelled, EngineError, untraced, type Engine, type EngineCall, type Recognition } from "./engine.js";

export class LocalThenJuheEngine implements Engine {
  readonly #local: Engine;
  readonly #juhe: Engine;
  readonly #minConfidence: number;

  /** @param minConfidence 0 to 100; a best local reading under it is weak. */
  constructor(local: Engine, juhe: Engine, minConfidence: number) {
    this.#local = local;
    this.#juhe = juhe;
    this.#minConfidence = minConfidence;
  }

  /**
   * The local answer where its best reading is sure enough, else the vendor's, with `fallbackReason` set. A weak local
   * reading stands where the vendor reads nothing or is unavailable: its confidence says how weak it is. Where the local
   * engine found nothing and the vendor is unavailable, that is the vendor's error, which may be retried, and not "no
   * plate".
   * @throws AppError for a photo that does not decode; EngineError as `JuheEngine` does
   */
  async recognize(photo: Photo, call: EngineCall): Promise<Recognition> {
    const local = await this.#recognizeLocally(photo, call);
    if (call.signal.aborted && local === null) throw cancelled(untraced("LOCAL"));
    if (local === null) return await this.#askJuhe(photo, FALLBACK_SENTENCES.LOCAL_FAILED, call);
    const best = bestConfidence(local);
    if (best === null) return await this.#askJuhe(photo, FALLBACK_SENTENCES.LOCAL_READ_NOTHING, call);
    if (best >= this.#minConfidence) return local;
    try {
      const weakness = `${FALLBACK_SENTENCES.LOCAL_UNSURE} ${best} is below ${this.#minConfidence}`;
      const answer = await this.#askJuhe(photo, weakness, call);
      if (answer.readings.length > 0) return answer;
      return withVendorTrace(local, answer, `${FALLBACK_SENTENCES.VENDOR_READ_NOTHING}, and ${weakness}`);
    } catch (error) {
      if (!isPassingFailure(error)) throw error;
      return withVendorTrace(local, error.trace, failureSentence(error));
    }
  }

  /** Null when the engine failed, which the vendor can make up for; a photo that does not decode fails with either. */
  async #recognizeLocally(photo: Photo, call: EngineCall): Promise<Recognition | null> {
    try {
      return await this.#local.recognize(photo, call);
    } catch (error) {
      if (error instanceof EngineError) return null;
      throw error;
    }
  }

  async #askJuhe(photo: Photo, fallbackReason: string, call: EngineCall): Promise<Recognition> {
    return { ...(await this.#juhe.recognize(photo, call)), fallbackReason };
  }
}

function bestConfidence({ readings }: Recognition): number | null {
  return readings.length === 0 ? null : Math.max(...readings.map(({ confidence }) => confidence));
}
