/** Asks the vendor, and answers locally when the vendor is unavailable or out of quota. */
import type { Photo } from "../images/photo.js";
import { failureSentence, isPassingFailure, withVendorTrace } from "./fallback.trace.js";
import { RecognizerError, type Recognition, type Recognizer } from "./recognizer.js";

export class JuheThenLocalRecognizer implements Recognizer {
  readonly #juhe: Recognizer;
  readonly #local: Recognizer;

  constructor(juhe: Recognizer, local: Recognizer) {
    this.#juhe = juhe;
    this.#local = local;
  }

  /**
   * The vendor's answer, "no plate" included; else the local one, with engine LOCAL, the vendor's code, answer and order
   * kept, and `fallbackReason` set.
   * @throws AppError for a bad picture; RecognizerError for the vendor's other failures (such as a wrong key, which a
   * silent fallback would hide) and when the local engine fails too
   */
  async recognize(photo: Photo): Promise<Recognition> {
    try {
      return await this.#juhe.recognize(photo);
    } catch (error) {
      if (!isPassingFailure(error)) throw error;
      return await this.#recognizeLocally(photo, error);
    }
  }

  async #recognizeLocally(photo: Photo, failure: RecognizerError): Promise<Recognition> {
    const reason = failureSentence(failure);
    try {
      return withVendorTrace(await this.#local.recognize(photo), failure.trace, reason);
    } catch (error) {
      if (!(error instanceof RecognizerError)) throw error;
      const trace = withVendorTrace(error.trace, failure.trace, reason);
      throw new RecognizerError(error.code, error.message, trace, { cause: error, retryable: error.retryable });
    }
  }
}
