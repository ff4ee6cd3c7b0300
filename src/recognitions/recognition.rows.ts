/** Rows as reads give them: flat, times already in the wire format, ready for the resolvers. */
import type { ErrorCode } from "../errors.js";
import type { ImageFormat, ImageSource } from "../images/photo.js";
import type { Direction, PlateColor, PlateType } from "../plates/plate.vocabulary.js";
import type { RecognitionEngine } from "../recognizers/recognizer.js";
import type { RecognitionStatus } from "./recognition-request.entity.js";

/** RFC 3339 in UTC with milliseconds, as the database writes it: `2026-11-23T04:05:06.789Z`. */
export type Timestamp = string;

export interface RecognitionRequestRow {
  id: string;
  status: RecognitionStatus;
  engine: RecognitionEngine;
  source: ImageSource;
  /** Lower-case hexadecimal, 64 characters. */
  imageSha256: string;
  imageByteSize: number;
  imageFormat: ImageFormat;
  imageWidth: number;
  imageHeight: number;
  orderId: string | null;
  juheErrorCode: number | null;
  errorCode: ErrorCode | null;
  fallbackReason: string | null;
  externalReference: string | null;
  durationMs: number;
  createdAt: Timestamp;
}

export interface PlateRecognitionRow {
  id: string;
  requestId: string;
  plateNumber: string;
  province: string | null;
  color: PlateColor;
  type: PlateType;
  confidence: number;
  brightness: number | null;
  direction: Direction;
  boxLeft: number | null;
  boxTop: number | null;
  boxRight: number | null;
  boxBottom: number | null;
  capturedAt: Timestamp;
  recognizedAt: Timestamp;
  cameraId: string | null;
  engine: RecognitionEngine;
}

export interface PlateRow {
  number: string;
  firstSeenAt: Timestamp;
  lastSeenAt: Timestamp;
  sightings: number;
}

const timestamp = (column: string, name: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "${name}"`;

export const REQUEST_COLUMNS = [
  `r.id`,
  `r.status`,
  `r.engine`,
  `r.source`,
  `encode(r.image_sha256, 'hex') AS "imageSha256"`,
  `r.image_byte_size AS "imageByteSize"`,
  `r.image_format AS "imageFormat"`,
  `r.image_width AS "imageWidth"`,
  `r.image_height AS "imageHeight"`,
  `r.order_id AS "orderId"`,
  `r.juhe_error_code AS "juheErrorCode"`,
  `r.error_code AS "errorCode"`,
  `r.fallback_reason AS "fallbackReason"`,
  `r.external_reference AS "externalReference"`,
  `r.duration_ms AS "durationMs"`,
  timestamp("r.created_at", "createdAt"),
].join(", ");

export const RECOGNITION_COLUMNS = [
  `p.id`,
  `p.request_id AS "requestId"`,
  `p.plate_number AS "plateNumber"`,
  `p.province`,
  `p.color`,
  `p.type`,
  `p.confidence`,
  `p.brightness`,
  `p.direction`,
  `p.box_left AS "boxLeft"`,
  `p.box_top AS "boxTop"`,
  `p.box_right AS "boxRight"`,
  `p.box_bottom AS "boxBottom"`,
  timestamp("p.captured_at", "capturedAt"),
  timestamp("p.recognized_at", "recognizedAt"),
  `p.camera_id AS "cameraId"`,
  `p.engine`,
].join(", ");

export const PLATE_COLUMNS = [
  `p.plate_number AS "number"`,
  timestamp("min(p.captured_at)", "firstSeenAt"),
  timestamp("max(p.captured_at)", "lastSeenAt"),
  `count(*)::int AS "sightings"`,
].join(", ");
