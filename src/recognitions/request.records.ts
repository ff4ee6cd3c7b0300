/** What one attempt leaves behind: the records that are stored, and the same as rows, for the answer. */
import type { Principal } from "../accounts/principal.js";
import { v7 as uuidv7 } from "uuid";
import type { Photo } from "../images/photo.js";
import { provinceOf } from "../plates/plate-number.js";
import type { EngineTrace, Recognition, RecognitionEngine } from "../engines/engine.js";
import type { PlateRecognitionEntity } from "./store/plate-recognition.entity.js";
import { publicId } from "./public-id.js";
import type { RecognitionRequestEntity } from "./store/recognition-request.entity.js";
import type { PlateRecognitionRow, RecognitionRequestRow } from "./store/recognition.rows.js";

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

export interface Attempt {
  principal: Principal;
  photo: Photo;
  options: RecognizeOptions;
  arrivedAt: Date;
  elapsed: () => number;
}

export function requestEntity(
  { principal, photo, options, arrivedAt, elapsed }: Attempt,
  trace: EngineTrace,
  status: RecognitionRequestEntity["status"],
  errorCode: RecognitionRequestEntity["errorCode"],
): RecognitionRequestEntity {
  return {
    id: uuidv7(),
    partnerId: principal.partnerId,
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

export function recognitionEntity(
  { principal, options, arrivedAt }: Attempt,
  request: RecognitionRequestEntity,
  recognition: Recognition,
  reading: Recognition["readings"][number],
  rank: number,
): PlateRecognitionEntity {
  const box = reading.boundingBox;
  return {
    id: uuidv7(),
    partnerId: principal.partnerId,
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

export function requestRow(request: RecognitionRequestEntity): RecognitionRequestRow {
  const image = {
    sha256: request.imageSha256.toString("hex"),
    byteSize: request.imageByteSize,
    format: request.imageFormat,
    width: request.imageWidth,
    height: request.imageHeight,
  };
  const { id: key, status, engine, source, orderId, juheErrorCode, errorCode, fallbackReason } = request;
  const { externalReference, durationMs, createdAt } = request;
  return {
    key,
    id: publicId("RecognitionRequest", key),
    status,
    engine,
    source,
    orderId,
    juheErrorCode,
    errorCode,
    fallbackReason,
    externalReference,
    durationMs,
    createdAt: createdAt.toISOString(),
    image,
  };
}

export function recognitionRow(entity: PlateRecognitionEntity, request: RecognitionRequestRow): PlateRecognitionRow {
  const { id: key, requestId: requestKey, plateNumber, province, color, type, confidence, brightness } = entity;
  const { direction, capturedAt, recognizedAt, cameraId, engine } = entity;
  const { boxLeft, boxTop, boxRight, boxBottom } = entity;
  const boundingBox =
    boxLeft === null || boxTop === null || boxRight === null || boxBottom === null
      ? null
      : { left: boxLeft, top: boxTop, right: boxRight, bottom: boxBottom };
  return {
    key,
    id: publicId("PlateRecognition", key),
    requestKey,
    plateNumber,
    province,
    color,
    type,
    confidence,
    brightness,
    direction,
    capturedAt: capturedAt.toISOString(),
    recognizedAt: recognizedAt.toISOString(),
    cameraId,
    engine,
    boundingBox,
    request,
  };
}
