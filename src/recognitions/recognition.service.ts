/** The main act: a picture comes in, an engine reads it, the attempt and its readings are stored, success or not. */
import { v7 as uuidv7 } from "uuid";
import { AppError } from "../errors.js";
import type { ImageLimits, ImageSource, Photo } from "../images/photo.js";
import { readPhoto } from "../images/photo.reader.js";
import type { Logger } from "../logger.js";
import { provinceOf } from "../plates/plate-number.js";
import {
  RecognizerError,
  type EngineTrace,
  type Recognition,
  type RecognitionEngine,
  type Recognizer,
} from "../recognizers/recognizer.js";
import type { PlateRecognitionEntity } from "./plate-recognition.entity.js";
import type { RecognitionRequestEntity } from "./recognition-request.entity.js";
import { publicId } from "./public-id.js";
import type { PlateRecognitionRow, RecognitionRequestRow } from "./recognition.rows.js";
import type { RecognitionStore } from "./recognition.store.js";

/** What a caller may say about a photo beside the picture itself. */
export interface RecognizeOptions {
  cameraId: string | null;
  /** When the photo was taken; null means now. */
  capturedAt: Date | null;
  externalReference: string | null;
  /** Overrides the server's own choice for this call. */
  engine: RecognitionEngine | null;
  /** The order id to store where the engine gives none (callers of the Juhe protocol always get one). */
  orderId: string | null;
}

/** Whose record an attempt becomes, and who among the owner's programs asked: that one must read what was written for it. */
export interface Owner {
  partnerId: string;
  caller: string;
}

export interface RecognizeResult {
  request: RecognitionRequestRow;
  recognitions: PlateRecognitionRow[];
}

/** The recognisers to choose from: the server's own choice, and each engine for callers who name one. */
export interface Recognizers {
  preferred: Recognizer;
  /** What is recorded as the engine when an attempt breaks before any engine could say so. */
  preferredEngine: RecognitionEngine;
  byEngine: Partial<Record<RecognitionEngine, Recognizer>>;
}

/** Told of every attempt, for the metrics. */
export type AttemptObserver = (attempt: { engine: RecognitionEngine; status: string; seconds: number }) => void;

export class RecognitionService {
  constructor(
    private readonly recognizers: Recognizers,
    private readonly store: RecognitionStore,
    private readonly limits: ImageLimits,
    private readonly logger: Logger,
    private readonly onAttempt: AttemptObserver,
  ) {}

  /** Rejects with the reason as an `AppError`; an attempt that got as far as an engine is stored all the same, as FAILED. */
  async recognize(
    { partnerId, caller }: Owner,
    bytes: Buffer,
    source: ImageSource,
    options: RecognizeOptions,
  ): Promise<RecognizeResult> {
    const arrivedAt = new Date();
    const photo = await readPhoto(bytes, source, this.limits);
    const started = performance.now();
    const attempt = {
      partnerId,
      caller,
      photo,
      options,
      arrivedAt,
      elapsed: () => Math.round(performance.now() - started),
    };
    let recognition: Recognition;
    try {
      recognition = await this.recognizerFor(options.engine).recognize(photo);
    } catch (error) {
      await this.storeFailure(attempt, error);
      throw error;
    }
    const status = recognition.readings.length > 0 ? "SUCCEEDED" : "NO_PLATE";
    const request = requestOf(attempt, recognition, status, null);
    const rows = recognition.readings.map((reading, rank) =>
      recognitionOf(attempt, request, recognition, reading, rank),
    );
    await this.store.save(caller, request, rows);
    this.onAttempt({ engine: recognition.engine, status, seconds: request.durationMs / 1000 });
    const stored = requestRow(request);
    return { request: stored, recognitions: rows.map((row) => recognitionRow(row, stored)) };
  }

  private recognizerFor(engine: RecognitionEngine | null): Recognizer {
    if (engine === null) return this.recognizers.preferred;
    const recognizer = this.recognizers.byEngine[engine];
    if (recognizer === undefined) {
      throw new RecognizerError(
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
      error instanceof RecognizerError
        ? error.trace
        : untraced(attempt.options.engine ?? this.recognizers.preferredEngine);
    const code = error instanceof AppError ? error.code : "INTERNAL_SERVER_ERROR";
    const request = requestOf(attempt, trace, "FAILED", code);
    this.onAttempt({ engine: trace.engine, status: "FAILED", seconds: request.durationMs / 1000 });
    try {
      await this.store.save(attempt.caller, request, []);
    } catch (storeError) {
      this.logger.error({ err: storeError, requestId: request.id }, "a failed recognition could not be stored");
    }
  }
}

interface Attempt extends Owner {
  photo: Photo;
  options: RecognizeOptions;
  arrivedAt: Date;
  elapsed: () => number;
}

function untraced(engine: RecognitionEngine): EngineTrace {
  return { engine, orderId: null, juheErrorCode: null, rawAnswer: null, fallbackReason: null };
}

function requestOf(
  { partnerId, photo, options, arrivedAt, elapsed }: Attempt,
  trace: EngineTrace,
  status: RecognitionRequestEntity["status"],
  errorCode: RecognitionRequestEntity["errorCode"],
): RecognitionRequestEntity {
  return {
    id: uuidv7(),
    partnerId,
    status,
    engine: trace.engine,
    source: photo.source,
    imageSha256: photo.sha256,
    imageByteSize: photo.bytes.length,
    imageFormat: photo.format,
    imageWidth: photo.width,
    imageHeight: photo.height,
    orderId: trace.orderId ?? options.orderId,
    juheErrorCode: trace.juheErrorCode,
    errorCode,
    fallbackReason: trace.fallbackReason,
    externalReference: options.externalReference,
    rawAnswer: storable(trace.rawAnswer),
    durationMs: elapsed(),
    createdAt: arrivedAt,
  };
}

function recognitionOf(
  { partnerId, options, arrivedAt }: Attempt,
  request: RecognitionRequestEntity,
  recognition: Recognition,
  reading: Recognition["readings"][number],
  rank: number,
): PlateRecognitionEntity {
  const box = reading.boundingBox;
  return {
    id: uuidv7(),
    partnerId,
    requestId: request.id,
    rank,
    plateNumber: reading.plateNumber,
    province: provinceOf(reading.plateNumber),
    color: reading.color,
    type: reading.type,
    confidence: reading.confidence,
    brightness: reading.brightness,
    direction: reading.direction,
    boxLeft: box?.left ?? null,
    boxTop: box?.top ?? null,
    boxRight: box?.right ?? null,
    boxBottom: box?.bottom ?? null,
    capturedAt: options.capturedAt ?? arrivedAt,
    recognizedAt: new Date(),
    cameraId: options.cameraId,
    engine: recognition.engine,
  };
}

/** JSON for a `jsonb` column; PostgreSQL has no place for U+0000, which a broken answer may hold. */
function storable(answer: unknown): unknown {
  if (answer === null || answer === undefined) return null;
  return JSON.parse(JSON.stringify(answer).replaceAll("\\u0000", ""));
}

function requestRow(request: RecognitionRequestEntity): RecognitionRequestRow {
  const image = {
    sha256: request.imageSha256.toString("hex"),
    byteSize: request.imageByteSize,
    format: request.imageFormat,
    width: request.imageWidth,
    height: request.imageHeight,
  };
  const id = publicId("RecognitionRequest", request.id);
  return { ...request, key: request.id, id, image, createdAt: request.createdAt.toISOString() };
}

function recognitionRow(entity: PlateRecognitionEntity, request: RecognitionRequestRow): PlateRecognitionRow {
  const { capturedAt, recognizedAt } = entity;
  const { boxLeft, boxTop, boxRight, boxBottom } = entity;
  const boundingBox =
    boxLeft === null || boxTop === null || boxRight === null || boxBottom === null
      ? null
      : { left: boxLeft, top: boxTop, right: boxRight, bottom: boxBottom };
  return {
    ...entity,
    key: entity.id,
    id: publicId("PlateRecognition", entity.id),
    requestKey: entity.requestId,
    boundingBox,
    request,
    capturedAt: capturedAt.toISOString(),
    recognizedAt: recognizedAt.toISOString(),
  };
}
