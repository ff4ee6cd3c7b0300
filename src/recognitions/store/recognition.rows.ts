/** Rows as reads return them: times as RFC 3339 text, as resolvers hand them on. */
import type { Timestamp } from "../../database/statement.js";
import type { ErrorCode } from "../../errors.js";
import type { ImageFormat, ImageSource } from "../../images/photo.js";
import type { Direction, PlateColor, PlateType } from "../../plates/plate.vocabulary.js";
import type { RecognitionEngine } from "../../engines/engine.js";
import type { RecognitionStatus } from "./recognition-request.entity.js";

/** Facts about an image; the image itself is not stored. */
export interface ImageRow {
  /** Lower-case hexadecimal, 64 characters. */
  sha256: string;
  byteSize: number;
  format: ImageFormat;
  width: number;
  height: number;
}

export interface RecognitionRequestRow {
  /** UUID. */
  key: string;
  /** As callers see it. */
  id: string;
  status: RecognitionStatus;
  engine: RecognitionEngine;
  source: ImageSource;
  orderId: string | null;
  juheErrorCode: number | null;
  errorCode: ErrorCode | null;
  fallbackReason: string | null;
  externalReference: string | null;
  durationMs: number;
  createdAt: Timestamp;
  cameraId: string | null;
  /** Present where the read asked for it. */
  image?: ImageRow;
  /** Best first, where they are known without being read. */
  recognitions?: readonly PlateRecognitionRow[];
}

/** Pixels of the image as sent. */
export interface BoxRow {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface PlateRecognitionRow {
  /** UUID. */
  key: string;
  /** As callers see it. */
  id: string;
  requestKey: string;
  plateNumber: string;
  province: string | null;
  color: PlateColor;
  type: PlateType;
  confidence: number;
  brightness: number | null;
  direction: Direction;
  capturedAt: Timestamp;
  recognizedAt: Timestamp;
  cameraId: string | null;
  engine: RecognitionEngine;
  /** Present where the read asked for it; null when the engine gave none. */
  boundingBox?: BoxRow | null;
  /** Present where the read asked for it. */
  request?: RecognitionRequestRow;
  /** Earliest first, where they are known without being read. */
  corrections?: readonly CorrectionRow[];
}

export interface CorrectionRow {
  /** UUID of the reading. */
  recognitionKey: string;
  correctedAt: Timestamp;
  /** The 12 characters by which the key is listed; null for callers without a key. */
  actorKey: string | null;
  from: string;
  to: string;
}

/** What is read with a reading, beside its own columns. Every column costs time, whether it is selected or not. */
export interface RecognitionParts {
  boxes: boolean;
  requests: boolean;
  /** Of the requests. */
  images: boolean;
}
