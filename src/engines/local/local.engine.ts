/** Our own engine behind the recogniser's interface: a few worker threads, a bounded queue, a time limit for each photo. */
import PQueue from "p-queue";
import { Piscina } from "piscina";
import { AppError } from "../../errors.js";
import type { Photo } from "../../images/photo.js";
import { readPhoto } from "../../images/photo.reader.js";
import type { Logger } from "../../logger.js";
import { EngineError, type EngineTrace, type Recognition, type Engine } from "../engine.js";
import type { WorkerAnswer, WorkerTask } from "./engine.worker.js";
import type { LocatedReading } from "./plate.pipeline.js";
import { disableRuntimeTelemetry } from "./runtime.telemetry.js";

export interface LocalEngineOptions {
  modelsDir: string;
  threads: number;
  /** Photos that may wait; one more is refused at once. */
  queueLength: number;
  /** For one photo, from the moment it is handed in, waiting included. */
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

/** A thread that is still busy this long after its photo's time has run out is stuck, and is replaced. */
const STUCK_AFTER_MS = 60_000;

/** The smallest picture there is (one white pixel, PNG): reading it loads the models. */
const WARM_UP = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=",
  "base64",
);

export class LocalEngine implements Engine {
  /** In order of arrival, which the pool's own queue does not keep: it is never given more than there are threads. */
  private readonly queue: PQueue;

  private constructor(
    private readonly pool: Piscina<WorkerTask, WorkerAnswer>,
    private readonly options: LocalEngineOptions,
  ) {
    this.queue = new PQueue({ concurrency: options.threads });
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
    const photo = await readPhoto({ bytes: WARM_UP }, "UPLOAD", { maxBytes: WARM_UP.length, maxPixels: 1, maxSide: 1 });
    // Without the time limit: a machine that loads the models slowly still reads photos fast enough.
    const task: WorkerTask = { photo, deadline: Infinity };
    // All of them are waited for, also after a failure: a thread ended while it loads takes the process with it.
    const warmed = await Promise.allSettled(Array.from({ length: options.threads }, () => pool.run(task)));
    const failure = warmed.find((outcome) => outcome.status === "rejected");
    if (failure === undefined) return new LocalEngine(pool, options);
    await pool.destroy();
    throw failure.reason;
  }

  async recognize(photo: Photo): Promise<Recognition> {
    return { ...TRACE, readings: await this.locate(photo) };
  }

  /** The readings with their corners. Rejects like `recognize`. */
  async locate(photo: Photo): Promise<LocatedReading[]> {
    const answer = await this.run(photo);
    if (!("refusal" in answer)) return answer.readings;
    const { code, message } = answer.refusal;
    // The thread may notice before our clock does.
    throw code === "RECOGNIZER_UNAVAILABLE" ? overdue() : new AppError(code, message);
  }

  /** Waits for what the threads are doing: see `run` for why none of them is interrupted. */
  async close(): Promise<void> {
    await this.queue.onIdle();
    await this.pool.destroy();
  }

  /**
   * A photo that takes too long fails at its deadline; its thread stops at the next step by itself. To end the thread from
   * outside, in the midst of an inference, would abort the whole process (onnxruntime throws where nobody catches).
   */
  private async run(photo: Photo): Promise<WorkerAnswer> {
    const { threads, queueLength, timeoutMs } = this.options;
    if (this.queue.pending + this.queue.size >= threads + queueLength) {
      throw new EngineError("RECOGNIZER_UNAVAILABLE", "The local engine has too many photos waiting.", TRACE);
    }
    const task: WorkerTask = { photo, deadline: Date.now() + timeoutMs };
    const answer = this.queue
      .add(() => this.pool.run(task, { signal: AbortSignal.timeout(timeoutMs + STUCK_AFTER_MS) }))
      .catch((cause: unknown) => {
        throw new EngineError("INTERNAL_SERVER_ERROR", "The local engine failed.", TRACE, { cause });
      });
    return await beforeDeadline(answer, timeoutMs);
  }
}

/** @throws EngineError RECOGNIZER_UNAVAILABLE when the answer is not there in time */
async function beforeDeadline(answer: Promise<WorkerAnswer>, timeoutMs: number): Promise<WorkerAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(overdue()), timeoutMs);
  });
  return await Promise.race([answer, tooLate]).finally(() => clearTimeout(timer));
}

function overdue(): EngineError {
  return new EngineError("RECOGNIZER_UNAVAILABLE", "The local engine took too long over this photo.", TRACE);
}
