/** Rows as reads give them: flat, times already in the wire format, ready for the resolvers. */
import type { Timestamp } from "../../database/statement.js";
import type { ErrorCode } from "../../errors.js";
import type { ImageFormat, ImageSource } from "../../images/photo.js";
import type { Direction, PlateColor, PlateType } from "../../plates/plate.vocabulary.js";
import type { RecognitionEngine } from "../../engines/engine.js";
import type { RecognitionStatus } from "./recognition-request.entity.js";

/** Facts about a picture. */
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
  /** Where the statement was asked to bring it along. */
  image?: ImageRow;
}

/** Pixels of the picture as sent. */
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
  /** Where the statement was asked to bring it along; null when the engine did not say. */
  boundingBox?: BoxRow | null;
  /** The attempt itself, where the statement was asked to bring it along. */
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

/** What a reading may bring along: every column costs as much as a field of the answer, asked for or not. */
export interface RecognitionParts {
  boxes: boolean;
  requests: boolean;
  /** Of the requests. */
  images: boolean;
}
