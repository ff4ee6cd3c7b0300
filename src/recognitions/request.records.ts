/** The records that one recognition request stores, and the rows of its answer. */
import type { Principal } from "../accounts/principal.js";
import { newRecordId } from "../database/record.id.js";
import type { Photo } from "../images/photo.js";
import { provinceOf } from "../plates/plate-number.js";
import type { EngineTrace, Recognition, RecognitionEngine } from "../engines/engine.js";
import { publicId } from "./public-id.js";
import type { NewRecognition, NewRequest } from "./store/recognition.store.js";
import { boxOf } from "./store/recognition.tables.js";
import type { PlateRecognitionRow, RecognitionRequestRow } from "./store/recognition.rows.js";

/** What a caller may say about a photo. */
export interface RecognizeOptions {
  cameraId: string | null;
  /** When the photo was taken; null means now. */
  capturedAt: Date | null;
  externalReference: string | null;
  /** Overrides the server's own choice for this call. */
  engine: RecognitionEngine | null;
  /** The same key with the same photo gets the first answer again; null reads the photo anew. */
  idempotencyKey: string | null;
  /** Stored where the engine gives no order id: callers of the Juhe protocol always get one. */
  orderId: string | null;
}

/** A recognition request from the arrival of its photo until it is stored. */
export interface OpenRequest {
  /** Of the request that it stores. */
  id: string;
  principal: Principal;
  photo: Photo;
  options: RecognizeOptions;
  arrivedAt: Date;
  elapsed: () => number;
}

export function requestEntity(
  { id, principal, photo, options, arrivedAt, elapsed }: OpenRequest,
  trace: EngineTrace,
  status: NewRequest["status"],
  errorCode: NewRequest["errorCode"],
): NewRequest {
  return {
    id,
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
    cameraId: options.cameraId,
  };
}

export function recognitionEntity(
  { principal, options, arrivedAt }: OpenRequest,
  request: NewRequest,
  recognition: Recognition,
  reading: Recognition["readings"][number],
  rank: number,
): NewRecognition {
  const box = reading.boundingBox;
  return {
    id: newRecordId(),
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
    readPlateNumber: null,
  };
}

/** JSON for a `jsonb` column, which can't hold U+0000; a broken answer of the vendor may. */
function storable(answer: unknown): NewRequest["rawAnswer"] {
  if (answer === null || answer === undefined) return null;
  return JSON.parse(JSON.stringify(answer).replaceAll("\\u0000", "")) as NewRequest["rawAnswer"];
}

export function requestRow(request: NewRequest): RecognitionRequestRow {
  const image = {
    sha256: request.imageSha256.toString("hex"),
    byteSize: request.imageByteSize,
    format: request.imageFormat,
    width: request.imageWidth,
    height: request.imageHeight,
  };
  const { id: key, status, engine, source, orderId, juheErrorCode, errorCode, fallbackReason } = request;
  const { externalReference, durationMs, createdAt, cameraId } = request;
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
    cameraId,
    image,
  };
}

export function recognitionRow(entity: NewRecognition, request: RecognitionRequestRow): PlateRecognitionRow {
  const { id: key, requestId: requestKey, plateNumber, province, color, type, confidence, brightness } = entity;
  const { direction, capturedAt, recognizedAt, cameraId, engine } = entity;
  const { boxLeft, boxTop, boxRight, boxBottom } = entity;
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
    boundingBox: boxOf(boxLeft, boxTop, boxRight, boxBottom),
    request,
    // A reading that was just stored has none.
    corrections: [],
  };
}
