/** Reads locally, and pays the vendor only where the local reading is absent or weak. */
import type { Photo } from "../images/photo.js";
import { failureSentence, isPassingFailure, withVendorTrace } from "./fallback.trace.js";
import { RecognizerError, type Recognition, type Recognizer } from "./recognizer.js";

export class LocalThenJuheRecognizer implements Recognizer {
  readonly #local: Recognizer;
  readonly #juhe: Recognizer;
  readonly #minConfidence: number;

  /** @param minConfidence 0 to 100; a best local reading under it is weak. */
  constructor(local: Recognizer, juhe: Recognizer, minConfidence: number) {
    this.#local = local;
    this.#juhe = juhe;
    this.#minConfidence = minConfidence;
  }

  /**
   * The local answer where its best reading is sure enough, else the vendor's, with `fallbackReason` set. A weak local
   * reading stands where the vendor reads nothing or can't be had: it says itself how weak it is. Where the local engine
   * found nothing and the vendor can't be had, nobody knows whether there is a plate: that is the vendor's error, which
   * may be tried again, and not "no plate".
   * @throws AppError for a bad picture; RecognizerError as the vendor's recognizer does
   */
  async recognize(photo: Photo): Promise<Recognition> {
    const local = await this.#recognizeLocally(photo);
    if (local === null) return await this.#askJuhe(photo, "the local engine failed");
    const best = bestConfidence(local);
    if (best === null) return await this.#askJuhe(photo, "the local engine found no plate");
    if (best >= this.#minConfidence) return local;
    try {
      const weakness = `the local reading's confidence ${best} is below ${this.#minConfidence}`;
      const answer = await this.#askJuhe(photo, weakness);
      if (answer.readings.length > 0) return answer;
      return withVendorTrace(local, answer, `Juhe read nothing, and ${weakness}`);
    } catch (error) {
      if (!isPassingFailure(error)) throw error;
      return withVendorTrace(local, error.trace, failureSentence(error));
    }
  }

  /** Null when the engine itself failed: the vendor can make up for that. A bad picture is bad for both. */
  async #recognizeLocally(photo: Photo): Promise<Recognition | null> {
    try {
      return await this.#local.recognize(photo);
    } catch (error) {
      if (error instanceof RecognizerError) return null;
      throw error;
    }
  }

  async #askJuhe(photo: Photo, fallbackReason: string): Promise<Recognition> {
    return { ...(await this.#juhe.recognize(photo)), fallbackReason };
  }
}

function bestConfidence({ readings }: Recognition): number | null {
  return readings.length === 0 ? null : Math.max(...readings.map(({ confidence }) => confidence));
}
