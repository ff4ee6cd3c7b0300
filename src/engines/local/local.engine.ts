/** The local engine: a few worker threads, a bounded queue before them, a time limit for each photo. */
import { Piscina } from "piscina";
import { AppError } from "../../errors.js";
import type { ImageFormat, Photo } from "../../images/photo.js";
import { decodingWeight, readPhoto } from "../../images/photo.reader.js";
import type { Logger } from "../../logger.js";
import { NO_TRACER, type Tracer } from "../../tracing/tracer.js";
import { cancelled, EngineError, untraced, type Engine, type EngineCall, type Recognition } from "../engine.js";
import { TaskQueue, type QueueLoad } from "../task.queue.js";
import type { WorkerAnswer, WorkerTask } from "./engine.worker.js";
import type { LocatedReading } from "./plate.pipeline.js";
import { disableRuntimeTelemetry } from "./runtime.telemetry.js";
import { StopFlag } from "./stop.flag.js";

export interface LocalEngineOptions {
  modelsDir: string;
  threads: number;
  /** Photos that may wait; one more is refused at once. */
  queueLength: number;
  /** For one photo, from the moment it is handed in, waiting included. */
  timeoutMs: number;
  logger: Logger;
  tracer?: Tracer;
}

const TRACE = untraced("LOCAL");

/** A thread that is still busy so long after its photo's time has run out is stuck, and is replaced. */
const STUCK_AFTER_MS = 60_000;

/**
 * What decoding a pixel costs, as a share of the slowest format. JPEG is decoded at a smaller size where that is enough. Processor time for 40
 * megapixels: JPEG 0.07 to 0.17 s (progressive 0.7 s), PNG 0.1 to 0.5 s (interlaced 0.8 s), WebP 0.1 to 0.3 s.
 */
const DECODE_COST: Record<ImageFormat, number> = { JPEG: 0.25, PNG: 1, WEBP: 1, BMP: 1 };
/** Photos that cost more to decode (pixels) wait until no other photo does. */
const COSTLY_PIXELS = 12_000_000;

/** The smallest photo there is (one white pixel, PNG): reading it loads the models. */
const WARM_UP = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=",
  "base64",
);

export class LocalEngine implements Engine {
  /**
   * Before Piscina's own queue, which with an abort signal runs waiting tasks last in, first out (5.3). Piscina is never given more tasks than it has
   * threads.
   */
  readonly #queue: TaskQueue;
  readonly #pool: Piscina<WorkerTask, WorkerAnswer>;
  readonly #options: LocalEngineOptions;

  private constructor(pool: Piscina<WorkerTask, WorkerAnswer>, options: LocalEngineOptions) {
    this.#queue = new TaskQueue(options.threads);
    this.#pool = pool;
    this.#options = options;
  }

  /** Resolves once the first photo can be read. */
  static async start(options: LocalEngineOptions): Promise<LocalEngine> {
    disableRuntimeTelemetry();
    const pool = new Piscina<WorkerTask, WorkerAnswer>({
      filename: new URL("./engine.worker.js", import.meta.url).href,
      minThreads: options.threads,
      maxThreads: options.threads,
      workerData: { modelsDir: options.modelsDir },
    });
    pool.on("error", (error: unknown) => options.logger.error({ err: error }, "a recognition thread failed"));
    const photo = await readPhoto({ bytes: WARM_UP }, "UPLOAD", {
      maxBytes: WARM_UP.length,
      maxPixels: 1,
      maxSide: 1,
    });
    // Without a time limit: a machine that loads the models slowly still reads photos fast enough.
    const warmUps = Array.from({ length: options.threads }, () => pool.run(taskOf(photo, new StopFlag())));
    // Waits for all of them, also after a failure: terminating a thread while it loads a model aborts the process.
    const failure = (await Promise.allSettled(warmUps)).find((outcome) => outcome.status === "rejected");
    if (failure === undefined) return new LocalEngine(pool, options);
    await pool.destroy();
    throw failure.reason;
  }

  get load(): QueueLoad & { threads: number } {
    return { ...this.#queue.load, threads: this.#pool.threads.length };
  }

  async recognize(photo: Photo, call: EngineCall): Promise<Recognition> {
    return { ...TRACE, readings: await this.locate(photo, call) };
  }

  /** The readings with the corners of their plates. Rejects like `recognize`. */
  async locate(photo: Photo, call: Pick<EngineCall, "signal" | "partnerId">): Promise<LocatedReading[]> {
    const answer = await this.#read(photo, call);
    if ("refusal" in answer) throw new AppError(answer.refusal.code, answer.refusal.message);
    return answer.readings;
  }

  /** Waits for the photos that were handed in: ADR 11 says why no thread is interrupted. */
  async close(): Promise<void> {
    await this.#queue.idle();
    await this.#pool.destroy();
  }

  /**
   * Settles at the latest when the photo's time has run out or the signal aborts. A photo that waits is then dropped; the thread of one that is being
   * read stops at its next step. Terminating a thread during an inference would abort the process.
   */
  async #read(photo: Photo, { signal, partnerId }: Pick<EngineCall, "signal" | "partnerId">): Promise<WorkerAnswer> {
    const { queueLength, timeoutMs } = this.#options;
    if (signal.aborted) throw cancelled(TRACE);
    if (this.#queue.isFullFor(partnerId, queueLength)) {
      throw unavailable("The local engine has too many photos waiting.");
    }
    const stop = new StopFlag();
    const leaving = new AbortController();
    const leave = (reason: EngineError): void => {
      stop.set();
      leaving.abort(reason);
    };
    const onAbort = () => leave(cancelled(TRACE));
    const onTimeout = () => leave(unavailable("The local engine took too long over this photo."));
    signal.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(onTimeout, timeoutMs);
    const left = new Promise<never>((_resolve, reject) => {
      leaving.signal.addEventListener("abort", () => reject(leaving.signal.reason as EngineError), { once: true });
    });
    try {
      const { tracer = NO_TRACER } = this.#options;
      const read = () => tracer.span("local engine", "internal", {}, () => this.#readInWorker(photo, stop));
      const answer = this.#queue.run(read, {
        partnerId,
        leaving: leaving.signal,
        priority: priorityOf(photo),
      });
      return await Promise.race([answer, left]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    }
  }

  async #readInWorker(photo: Photo, stop: StopFlag): Promise<WorkerAnswer> {
    const task = taskOf(photo, stop);
    try {
      return await this.#pool.run(task, {
        transferList: [task.photo.bytes.buffer as ArrayBuffer],
        signal: AbortSignal.timeout(this.#options.timeoutMs + STUCK_AFTER_MS),
      });
    } catch (cause) {
      throw new EngineError("INTERNAL_SERVER_ERROR", "The local engine failed.", TRACE, { cause });
    }
  }
}

/**
 * The photo in memory that the thread will own. It is copied when its turn comes (0.1 ms for 2 MB) and the copy is transferred: the request still needs
 * its bytes for another engine when this one fails.
 */
function taskOf(photo: Photo, stop: StopFlag): WorkerTask {
  return { photo: { ...photo, bytes: new Uint8Array(photo.bytes) }, stop: stop.memory };
}

/** B6: photos that take long to decode must not keep all others waiting. */
function priorityOf(photo: Photo): number {
  const pixels = photo.width * photo.height * decodingWeight(photo);
  return pixels * DECODE_COST[photo.format] > COSTLY_PIXELS ? 0 : 1;
}

function unavailable(message: string): EngineError {
  return new EngineError("RECOGNIZER_UNAVAILABLE", message, TRACE);
}
