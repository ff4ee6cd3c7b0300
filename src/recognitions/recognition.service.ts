/** Recognises a photo: an engine reads it, then the request and its readings are stored, also when the engine failed. */
import { newRecordId } from "../database/record.id.js";
import { requireScope, type Principal } from "../accounts/principal.js";
import type { RequestLedger, VendorCalls } from "../accounts/vendor.calls.js";
import { AppError } from "../errors.js";
import type { ImageFile, ImageLimits, ImageSource, Photo } from "../images/photo.js";
import type { Tracer } from "../tracing/tracer.js";
import { readPhoto } from "../images/photo.reader.js";
import type { EarlierAnswers } from "./earlier.answers.js";
import type { RecognitionWriter } from "./recognition.writer.js";
import {
  cancelled,
  EngineError,
  untraced,
  type Recognition,
  type RecognitionEngine,
  type Engine,
  type EngineCall,
} from "../engines/engine.js";
import {
  recognitionEntity,
  recognitionRow,
  requestEntity,
  requestRow,
  type OpenRequest,
  type RecognizeOptions,
} from "./request.records.js";
import type { PlateRecognitionRow, RecognitionRequestRow } from "./store/recognition.rows.js";
import type { Claim } from "./store/idempotency.store.js";

export interface RecognizeResult {
  request: RecognitionRequestRow;
  recognitions: PlateRecognitionRow[];
  /** Whether an earlier answer was given again. */
  reused: boolean;
}

/** The engines to choose from: the server's own choice, and each one for callers who name it. */
export interface Engines {
  preferred: Engine;
  /** Recorded for a request that fails before an engine is called. */
  preferredEngine: RecognitionEngine;
  byEngine: Partial<Record<RecognitionEngine, Engine>>;
  /** Null where the vendor is not set up. */
  vendor: { readonly isAsked: boolean } | null;
}

/** Called with the outcome of every recognition request, for the metrics. */
export type OutcomeObserver = (outcome: {
  engine: RecognitionEngine;
  status: string;
  /** Of an error; null for none. */
  code: string | null;
  seconds: number;
}) => void;

export interface RecognitionServiceOptions {
  tracer: Tracer;
  limits: ImageLimits;
  onOutcome: OutcomeObserver;
}

export class RecognitionService {
  constructor(
    private readonly engines: Engines,
    private readonly earlierAnswers: EarlierAnswers,
    private readonly vendorCalls: VendorCalls,
    private readonly writer: RecognitionWriter,
    private readonly options: RecognitionServiceOptions,
  ) {}

  private readonly running = new Set<Promise<unknown>>();

  /** Resolves once nothing is being recognised or stored, also for callers who have gone: what was paid for is stored before the store closes. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.allSettled(this.running);
  }

  /** @throws AppError; a request for which an engine was called is stored before, as FAILED */
  async recognize(
    principal: Principal,
    file: ImageFile,
    source: ImageSource,
    options: RecognizeOptions,
    signal: AbortSignal,
  ): Promise<RecognizeResult> {
    const result = this.recognizeAndStore(principal, file, source, options, signal);
    this.running.add(result);
    try {
      return await result;
    } finally {
      this.running.delete(result);
    }
  }

  private async recognizeAndStore(
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
    const photo = await readPhoto(file, source, this.options.limits);
    const started = performance.now();
    const elapsed = () => Math.round(performance.now() - started);
    const open = { id: newRecordId(), principal, photo, options, arrivedAt, elapsed };
    const earlier = await this.earlierAnswers.find(principal, photo, options, open.id, signal);
    if ("answer" in earlier) return { ...earlier.answer, reused: true };
    const { claim } = earlier;
    const ledger = this.vendorCalls.ledgerFor(principal, open.id);
    let recognition: Recognition;
    try {
      const call = { signal, partnerId: principal.partnerId, ledger };
      recognition = await this.ask(this.engineFor(options.engine), photo, call);
    } catch (error) {
      await this.saveFailure(open, error, claim, ledger);
      throw error;
    }
    const status = recognition.readings.length > 0 ? "SUCCEEDED" : "NO_PLATE";
    const request = requestEntity(open, recognition, status, null);
    const rows = recognition.readings.map((reading, rank) =>
      recognitionEntity(open, request, recognition, reading, rank),
    );
    await this.writer.save(principal, request, rows, claim);
    this.options.onOutcome({ engine: recognition.engine, status, code: null, seconds: request.durationMs / 1000 });
    const stored = requestRow(request);
    return { request: stored, recognitions: rows.map((row) => recognitionRow(row, stored)), reused: false };
  }

  private ask(engine: Engine, photo: Photo, call: EngineCall): Promise<Recognition> {
    const { tracer } = this.options;
    if (!tracer.records) return engine.recognize(photo, call);
    const { format, width, height, bytes } = photo;
    const image = { "image.format": format, "image.width": width, "image.height": height, "image.bytes": bytes.length };
    return tracer.span("recognize", "internal", image, async (span) => {
      const recognition = await engine.recognize(photo, call);
      span.set({ "plategraph.engine": recognition.engine, "plategraph.readings": recognition.readings.length });
      return recognition;
    });
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

  /** A repeated call with the same idempotency key is recognised again only where nothing can have been billed and it may succeed. */
  private async saveFailure(
    open: OpenRequest,
    error: unknown,
    claim: Claim | null,
    { hasCalled }: RequestLedger,
  ): Promise<void> {
    const trace =
      error instanceof EngineError ? error.trace : untraced(open.options.engine ?? this.engines.preferredEngine);
    const { code, retryable } = error instanceof AppError ? error : INTERNAL;
    const request = requestEntity(open, trace, "FAILED", code);
    this.options.onOutcome({ engine: trace.engine, status: "FAILED", code, seconds: request.durationMs / 1000 });
    await this.writer.saveFailure(open.principal, request, claim, hasCalled || !retryable);
  }
}

const INTERNAL = { code: "INTERNAL_SERVER_ERROR", retryable: false } as const;
