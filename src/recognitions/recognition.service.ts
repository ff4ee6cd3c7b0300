/** Recognises a photo: an engine reads it, then the request and its readings are stored, also when the engine failed. */
import { setTimeout } from "node:timers/promises";
import { requireScope, type Principal } from "../accounts/principal.js";
import { DatabaseUnavailableError } from "../database/database.faults.js";
import type { InTransaction } from "../database/database.js";
import { AppError } from "../errors.js";
import type { ImageFile, ImageLimits, ImageSource } from "../images/photo.js";
import { readPhoto } from "../images/photo.reader.js";
import type { Logger } from "../logger.js";
import {
  cancelled,
  EngineError,
  untraced,
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
import type { NewRecognition, NewRequest, RecognitionStore } from "./store/recognition.store.js";

export interface RecognizeResult {
  request: RecognitionRequestRow;
  recognitions: PlateRecognitionRow[];
}

/** The engines to choose from: the server's own choice, and each one for callers who name it. */
export interface Engines {
  preferred: Engine;
  /** Recorded for an attempt that fails before an engine was reached. */
  preferredEngine: RecognitionEngine;
  byEngine: Partial<Record<RecognitionEngine, Engine>>;
}

/** Called for every attempt, for the metrics. */
export type AttemptObserver = (attempt: { engine: RecognitionEngine; status: string; seconds: number }) => void;

/** What one transaction of a recognition can store. */
export interface RecognitionStores {
  recognitions: RecognitionStore;
}

/** Milliseconds before each further try to store what an engine, perhaps for a fee, has read. */
const SAVE_AGAIN_AFTER_MS = [250, 1_000] as const;
/** No further try begins later: each may wait as long as DATABASE_CONNECT_TIMEOUT_MS for a connection. */
const SAVE_AGAIN_WITHIN_MS = 15_000;

export class RecognitionService {
  constructor(
    private readonly engines: Engines,
    private readonly inTransaction: InTransaction<RecognitionStores>,
    private readonly limits: ImageLimits,
    private readonly logger: Logger,
    private readonly onAttempt: AttemptObserver,
  ) {}

  /** @throws AppError; an attempt that reached an engine is stored before, as FAILED */
  async recognize(
    principal: Principal,
    file: ImageFile,
    source: ImageSource,
    options: RecognizeOptions,
    signal: AbortSignal,
  ): Promise<RecognizeResult> {
    requireScope(principal, "RECOGNIZE");
    // The caller has gone, perhaps during an earlier recognition of the same operation.
    if (signal.aborted) throw cancelled(untraced(options.engine ?? this.engines.preferredEngine));
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
    await this.save(principal, request, rows);
    this.onAttempt({ engine: recognition.engine, status, seconds: request.durationMs / 1000 });
    const stored = requestRow(request);
    return { request: stored, recognitions: rows.map((row) => recognitionRow(row, stored)) };
  }

  /** Tries again while the database can't be reached: the ids stay the same, so that nothing is stored twice. */
  private async save(principal: Principal, request: NewRequest, rows: readonly NewRecognition[]): Promise<void> {
    const started = performance.now();
    let mayBeStored = false;
    for (const wait of [...SAVE_AGAIN_AFTER_MS, null]) {
      try {
        const again = mayBeStored;
        await this.inTransaction(principal.clientId, ({ recognitions }) => {
          recognitions.add(request, rows, { again });
        });
        return;
      } catch (error) {
        if (!(error instanceof DatabaseUnavailableError)) throw error;
        mayBeStored ||= error.mayBeStored;
        const late = performance.now() - started > SAVE_AGAIN_WITHIN_MS;
        if (wait === null || late || !error.short) throw new DatabaseUnavailableError(error.cause, mayBeStored);
        this.logger.warn({ reason: String(error.cause), requestId: request.id }, "a recognition is stored again");
        await setTimeout(wait);
      }
    }
  }

  private engineFor(engine: RecognitionEngine | null): Engine {
    if (engine === null) return this.engines.preferred;
    const named = this.engines.byEngine[engine];
    if (named === undefined) {
      throw new EngineError(
        "RECOGNIZER_MISCONFIGURED",
        `This server is not set up to ask ${engine}.`,
        untraced(engine),
      );
    }
    return named;
  }

  /** The caller is told why the recognition failed, even when the failure can't be stored. */
  private async storeFailure(attempt: Attempt, error: unknown): Promise<void> {
    const trace =
      error instanceof EngineError ? error.trace : untraced(attempt.options.engine ?? this.engines.preferredEngine);
    const code = error instanceof AppError ? error.code : "INTERNAL_SERVER_ERROR";
    const request = requestEntity(attempt, trace, "FAILED", code);
    this.onAttempt({ engine: trace.engine, status: "FAILED", seconds: request.durationMs / 1000 });
    try {
      await this.inTransaction(attempt.principal.clientId, ({ recognitions }) => {
        recognitions.add(request, []);
      });
    } catch (storeError) {
      this.logger.error({ err: storeError, requestId: request.id }, "a failed recognition could not be stored");
    }
  }
}
