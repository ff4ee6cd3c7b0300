/**
 * Rows as reads give them: flat, times already in the wire format, ready for the resolvers. Columns are read by their place, which costs less
 * than by name: each list of columns stands beside the function that reads it.
 */
import type { RowReader } from "../database/statement.js";
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
  /** The attempt itself, where the statement was asked to bring it along. */
  request?: RecognitionRequestRow;
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

export const utc = (column: string): string => `${column} AT TIME ZONE 'UTC'`;

/** Of `plate_recognitions AS p`. */
const RECOGNITION_COLUMNS = [
  "p.id",
  "p.request_id",
  "p.plate_number",
  "p.province",
  "p.color",
  "p.type",
  "p.confidence",
  "p.brightness",
  "p.direction",
  "p.box_left",
  "p.box_top",
  "p.box_right",
  "p.box_bottom",
  utc("p.captured_at"),
  utc("p.recognized_at"),
  "p.camera_id",
  "p.engine",
];

const readRecognition: RowReader<PlateRecognitionRow> = (values, at = 0) => ({
  id: values[at] as string,
  requestId: values[at + 1] as string,
  plateNumber: values[at + 2] as string,
  province: values[at + 3] as string | null,
  color: values[at + 4] as PlateColor,
  type: values[at + 5] as PlateType,
  confidence: values[at + 6] as number,
  brightness: values[at + 7] as number | null,
  direction: values[at + 8] as Direction,
  boxLeft: values[at + 9] as number | null,
  boxTop: values[at + 10] as number | null,
  boxRight: values[at + 11] as number | null,
  boxBottom: values[at + 12] as number | null,
  capturedAt: values[at + 13] as Timestamp,
  recognizedAt: values[at + 14] as Timestamp,
  cameraId: values[at + 15] as string | null,
  engine: values[at + 16] as RecognitionEngine,
});

/** Of `recognition_requests AS r`. */
const REQUEST_COLUMNS = [
  "r.id",
  "r.status",
  "r.engine",
  "r.source",
  "encode(r.image_sha256, 'hex')",
  "r.image_byte_size",
  "r.image_format",
  "r.image_width",
  "r.image_height",
  "r.order_id",
  "r.juhe_error_code",
  "r.error_code",
  "r.fallback_reason",
  "r.external_reference",
  "r.duration_ms",
  utc("r.created_at"),
];

const readRequest: RowReader<RecognitionRequestRow> = (values, at = 0) => ({
  id: values[at] as string,
  status: values[at + 1] as RecognitionStatus,
  engine: values[at + 2] as RecognitionEngine,
  source: values[at + 3] as ImageSource,
  imageSha256: values[at + 4] as string,
  imageByteSize: values[at + 5] as number,
  imageFormat: values[at + 6] as ImageFormat,
  imageWidth: values[at + 7] as number,
  imageHeight: values[at + 8] as number,
  orderId: values[at + 9] as string | null,
  juheErrorCode: values[at + 10] as number | null,
  errorCode: values[at + 11] as ErrorCode | null,
  fallbackReason: values[at + 12] as string | null,
  externalReference: values[at + 13] as string | null,
  durationMs: values[at + 14] as number,
  createdAt: values[at + 15] as Timestamp,
});

/** A list of columns for a SELECT, what must be joined for it, and how to read what comes. */
export interface Selection<Row> {
  columns: string;
  join: string;
  read: RowReader<Row>;
}

export const RECOGNITION: Selection<PlateRecognitionRow> = {
  columns: RECOGNITION_COLUMNS.join(", "),
  join: "",
  read: readRecognition,
};

export const RECOGNITION_WITH_REQUEST: Selection<PlateRecognitionRow> = {
  columns: [...RECOGNITION_COLUMNS, ...REQUEST_COLUMNS].join(", "),
  join: "JOIN recognition_requests r ON r.partner_id = p.partner_id AND r.id = p.request_id",
  read: (values, at = 0) => {
    const row = readRecognition(values, at);
    row.request = readRequest(values, at + RECOGNITION_COLUMNS.length);
    return row;
  },
};

export const REQUEST: Selection<RecognitionRequestRow> = {
  columns: REQUEST_COLUMNS.join(", "),
  join: "",
  read: readRequest,
};

/** Of `plates AS q`. */
export const PLATE: Selection<PlateRow> = {
  columns: ["q.number", utc("q.first_seen_at"), utc("q.last_seen_at"), "q.sightings"].join(", "),
  join: "",
  read: (values, at = 0) => ({
    number: values[at] as string,
    firstSeenAt: values[at + 1] as Timestamp,
    lastSeenAt: values[at + 2] as Timestamp,
    sightings: values[at + 3] as number,
  }),
};
