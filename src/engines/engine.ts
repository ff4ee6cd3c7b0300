/** The one interface behind which plates are read: a photo goes in, readings come out. */
import { AppError, type AppErrorOptions, type ErrorCode } from "../errors.js";
import type { BoundingBox, Photo } from "../images/photo.js";
import type { VendorLedger } from "./vendor.ledger.js";
import type { Direction, PlateColor, PlateType } from "../plates/plate.vocabulary.js";

export const RECOGNITION_ENGINES = ["JUHE", "LOCAL"] as const;
export type RecognitionEngine = (typeof RECOGNITION_ENGINES)[number];

/** One plate as an engine read it. */
export interface PlateReading {
  /** Normalised: upper case, no separators. */
  plateNumber: string;
  color: PlateColor;
  type: PlateType;
  /** 整牌可信度, 0 to 100. */
  confidence: number;
  /** 亮度评价 as the engine reports it; null when it reports none. */
  brightness: number | null;
  direction: Direction;
  boundingBox: BoundingBox | null;
}

/** How a recognition went on the engine's side; kept with the request whether it succeeded or not. */
export interface EngineTrace {
  engine: RecognitionEngine;
  /** Juhe 单号. */
  orderId: string | null;
  /** The vendor's error code, where the vendor was asked and did not succeed. */
  juheErrorCode: number | null;
  /** The vendor's answer as parsed JSON, or its text where it is none; null when the vendor was not asked or did not answer. */
  rawAnswer: unknown;
  /** Why another engine answered than the one asked first; null when the first one did. */
  fallbackReason: string | null;
}

export interface Recognition extends EngineTrace {
  /** Every plate found, best first; empty when the photo shows none. */
  readings: readonly PlateReading[];
}

/** What an engine is told beside the photo. */
export interface EngineCall {
  /** Aborts when nobody waits for the answer any longer; what has been paid for is finished all the same. */
  signal: AbortSignal;
  /** Whose photo it is: where photos wait, partners take turns. */
  partnerId: string;
  ledger: VendorLedger;
}

export interface Engine {
  /**
   * Reads every plate in the photo.
   * @throws AppError INVALID_IMAGE for a photo that does not decode
   * @throws EngineError that says how far it got, RECOGNIZER_UNAVAILABLE once the signal has aborted
   */
  recognize(photo: Photo, call: EngineCall): Promise<Recognition>;
}

/** A recognition that failed on the engine's side, with what is kept of it. */
export class EngineError extends AppError {
  readonly trace: EngineTrace;

  constructor(code: ErrorCode, message: string, trace: EngineTrace, options: AppErrorOptions = {}) {
    super(code, message, options);
    this.trace = trace;
  }
}

/** The trace of an engine that did nothing yet. */
export function untraced(engine: RecognitionEngine): EngineTrace {
  return { engine, orderId: null, juheErrorCode: null, rawAnswer: null, fallbackReason: null };
}

/** The failure of a recognition that nobody waits for any longer. */
export function cancelled(trace: EngineTrace): EngineError {
  return new EngineError("RECOGNIZER_UNAVAILABLE", "The request was cancelled before the photo was read.", trace);
}
