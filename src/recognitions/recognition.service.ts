/** The main act: a picture comes in, an engine reads it, the attempt and its readings are stored, success or not. */
import { requireScope, type Principal } from "../accounts/principal.js";
import { AppError } from "../errors.js";
import type { ImageFile, ImageLimits, ImageSource } from "../images/photo.js";
import { readPhoto } from "../images/photo.reader.js";
import type { Logger } from "../logger.js";
import {
  EngineError,
  type EngineTrace,
  type Recognition,
  type RecognitionEngine,
  type Engine,
} from "../engines/engine.js";
import {
  recognitionEntity,
  recognitionRow,
  requestEntity,
  requestRow,
  type Attempt,
  type RecognizeOptions,
} from "./request.records.js";
import type { PlateRecognitionRow, RecognitionRequestRow } from "./store/recognition.rows.js";
import type { RecognitionStore } from "./store/recognition.store.js";

export interface RecognizeResult {
  request: RecognitionRequestRow;
  recognitions: PlateRecognitionRow[];
}

/** The recognisers to choose from: the server's own choice, and each engine for callers who name one. */
export interface Engines {
  preferred: Engine;
  /** What is recorded as the engine when an attempt breaks before any engine could say so. */
  preferredEngine: RecognitionEngine;
  byEngine: Partial<Record<RecognitionEngine, Engine>>;
}

/** Told of every attempt, for the metrics. */
export type AttemptObserver = (attempt: { engine: RecognitionEngine; status: string; seconds: number }) => void;

export class RecognitionService {
  constructor(
    private readonly engines: Engines,
    private readonly store: RecognitionStore,
    private readonly limits: ImageLimits,
    private readonly logger: Logger,
    private readonly onAttempt: AttemptObserver,
  ) {}

  /** Rejects with the reason as an `AppError`; an attempt that got as far as an engine is stored all the same, as FAILED. */
  async recognize(
    principal: Principal,
    file: ImageFile,
    source: ImageSource,
    options: RecognizeOptions,
    signal: AbortSignal,
  ): Promise<RecognizeResult> {
    requireScope(principal, "RECOGNIZE");
    const arrivedAt = new Date();
    const photo = await readPhoto(file, source, this.limits);
    const started = performance.now();
    const attempt = {
      principal,
      photo,
      options,
      arrivedAt,
      elapsed: () => Math.round(performance.now() - started),
    };
    let recognition: Recognition;
    try {
      recognition = await this.engineFor(options.engine).recognize(photo, signal);
    } catch (error) {
      await this.storeFailure(attempt, error);
      throw error;
    }
    const status = recognition.readings.length > 0 ? "SUCCEEDED" : "NO_PLATE";
    const request = requestEntity(attempt, recognition, status, null);
    const rows = recognition.readings.map((reading, rank) =>
      recognitionEntity(attempt, request, recognition, reading, rank),
    );
    await this.store.save(principal, request, rows);
    this.onAttempt({ engine: recognition.engine, status, seconds: request.durationMs / 1000 });
    const stored = requestRow(request);
    return { request: stored, recognitions: rows.map((row) => recognitionRow(row, stored)) };
  }

  private engineFor(engine: RecognitionEngine | null): Engine {
    if (engine === null) return this.engines.preferred;
    const recognizer = this.engines.byEngine[engine];
    if (recognizer === undefined) {
      throw new EngineError(
        "RECOGNIZER_MISCONFIGURED",
        `This server is not set up to ask ${engine}.`,
        untraced(engine),
      );
    }
    return recognizer;
  }

  /** The caller is told why the recognition failed, even when the failure can't be stored. */
  private async storeFailure(attempt: Attempt, error: unknown): Promise<void> {
    const trace =
      error instanceof EngineError ? error.trace : untraced(attempt.options.engine ?? this.engines.preferredEngine);
    const code = error instanceof AppError ? error.code : "INTERNAL_SERVER_ERROR";
    const request = requestEntity(attempt, trace, "FAILED", code);
    this.onAttempt({ engine: trace.engine, status: "FAILED", seconds: request.durationMs / 1000 });
    try {
      await this.store.save(attempt.principal, request, []);
    } catch (storeError) {
      this.logger.error({ err: storeError, requestId: request.id }, "a failed recognition could not be stored");
    }
  }
}

function untraced(engine: RecognitionEngine): EngineTrace {
  return { engine, orderId: null, juheErrorCode: null, rawAnswer: null, fallbackReason: null };
}
