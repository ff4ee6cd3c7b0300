/** Our own engine behind the recogniser's interface: a few worker threads, a bounded queue, a time limit for each photo. */
import { Piscina } from "piscina";
import { AppError } from "../../errors.js";
import type { Photo } from "../../images/photo.js";
import { readPhoto } from "../../images/photo.reader.js";
import type { Logger } from "../../logger.js";
import { RecognizerError, type EngineTrace, type Recognition, type Recognizer } from "../recognizer.js";
import type { WorkerAnswer } from "./engine.worker.js";

export interface LocalRecognizerOptions {
  modelsDir: string;
  threads: number;
  /** Photos that may wait; one more is refused at once. */
  queueLength: number;
  /** For one photo, from the moment it is handed in. */
  timeoutMs: number;
  logger: Logger;
}

const TRACE: EngineTrace = {
  engine: "LOCAL",
  orderId: null,
  juheErrorCode: null,
  rawAnswer: null,
  fallbackReason: null,
};

/** The smallest picture there is (one white pixel, PNG): reading it loads the models. */
const WARM_UP = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=",
  "base64",
);

export class LocalRecognizer implements Recognizer {
  /** Photos being read and photos waiting. */
  private inHand = 0;

  private constructor(
    private readonly pool: Piscina<Photo, WorkerAnswer>,
    private readonly options: LocalRecognizerOptions,
  ) {}

  /** Resolves once the first photo can be read. */
  static async start(options: LocalRecognizerOptions): Promise<LocalRecognizer> {
    const pool = new Piscina<Photo, WorkerAnswer>({
      filename: new URL("./engine.worker.js", import.meta.url).href,
      minThreads: options.threads,
      maxThreads: options.threads,
      workerData: { modelsDir: options.modelsDir },
    });
    pool.on("error", (error: unknown) => options.logger.error({ err: error }, "a recognition thread failed"));
    try {
      const photo = await readPhoto(WARM_UP, "UPLOAD", { maxBytes: WARM_UP.length, maxPixels: 1 });
      // Without the time limit: a machine that loads the models slowly still reads photos fast enough.
      await Promise.all(Array.from({ length: options.threads }, () => pool.run(photo)));
      return new LocalRecognizer(pool, options);
    } catch (error) {
      await pool.destroy();
      throw error;
    }
  }

  async recognize(photo: Photo): Promise<Recognition> {
    const answer = await this.run(photo);
    if ("refusal" in answer) throw new AppError(answer.refusal.code, answer.refusal.message);
    return { ...TRACE, readings: answer.readings };
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async run(photo: Photo): Promise<WorkerAnswer> {
    if (this.inHand >= this.options.threads + this.options.queueLength) {
      throw new RecognizerError("RECOGNIZER_UNAVAILABLE", "The local engine has too many photos waiting.", TRACE);
    }
    this.inHand += 1;
    try {
      // A photo that takes too long takes its thread with it; the pool starts another one.
      return await this.pool.run(photo, { signal: AbortSignal.timeout(this.options.timeoutMs) });
    } catch (cause) {
      if (cause instanceof Error && cause.name === "AbortError") {
        throw new RecognizerError("RECOGNIZER_UNAVAILABLE", "The local engine took too long over this photo.", TRACE, {
          cause,
        });
      }
      throw new RecognizerError("INTERNAL_SERVER_ERROR", "The local engine failed.", TRACE, { cause });
    } finally {
      this.inHand -= 1;
    }
  }
}
