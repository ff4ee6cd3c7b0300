/**
 * Which columns a row is made of. They are read by their place, which costs less than by name: each list of columns stands beside the function that
 * reads it.
 */
import { extended, utc, type Selection } from "../../database/selection.js";
import { number, numberOrNull, text, textOrNull, timestamp } from "../../database/statement.js";
import type { ErrorCode } from "../../errors.js";
import type { ImageFormat, ImageSource } from "../../images/photo.js";
import type { Direction, PlateColor, PlateType } from "../../plates/plate.vocabulary.js";
import type { RecognitionEngine } from "../../engines/engine.js";
import { publicId } from "../public-id.js";
import type { RecognitionStatus } from "./recognition-request.entity.js";
import type {
  BoxRow,
  ImageRow,
  PlateRecognitionRow,
  RecognitionParts,
  RecognitionRequestRow,
} from "./recognition.rows.js";

const RECOGNITION: Selection<PlateRecognitionRow> = {
  columns: [
    "p.id",
    "p.request_id",
    "p.plate_number",
    "p.province",
    "p.color",
    "p.type",
    "p.confidence",
    "p.brightness",
    "p.direction",
    utc("p.captured_at"),
    utc("p.recognized_at"),
    "p.camera_id",
    "p.engine",
  ],
  join: "",
  read: (columns, at = 0) => ({
    key: text(columns[at]),
    id: publicId("PlateRecognition", text(columns[at])),
    requestKey: text(columns[at + 1]),
    plateNumber: text(columns[at + 2]),
    province: textOrNull(columns[at + 3]),
    color: columns[at + 4] as PlateColor,
    type: columns[at + 5] as PlateType,
    confidence: number(columns[at + 6]),
    brightness: numberOrNull(columns[at + 7]),
    direction: columns[at + 8] as Direction,
    capturedAt: timestamp(columns[at + 9]),
    recognizedAt: timestamp(columns[at + 10]),
    cameraId: textOrNull(columns[at + 11]),
    engine: columns[at + 12] as RecognitionEngine,
  }),
};

const BOX: Selection<BoxRow | null> = {
  columns: ["p.box_left", "p.box_top", "p.box_right", "p.box_bottom"],
  join: "",
  read: (columns, at = 0) =>
    columns[at] === null
      ? null
      : {
          left: number(columns[at]),
          top: number(columns[at + 1]),
          right: number(columns[at + 2]),
          bottom: number(columns[at + 3]),
        },
};

const REQUEST: Selection<RecognitionRequestRow> = {
  columns: [
    "r.id",
    "r.status",
    "r.engine",
    "r.source",
    "r.order_id",
    "r.juhe_error_code",
    "r.error_code",
    "r.fallback_reason",
    "r.external_reference",
    "r.duration_ms",
    utc("r.created_at"),
  ],
  join: "JOIN recognition_requests r ON r.partner_id = p.partner_id AND r.id = p.request_id",
  read: (columns, at = 0) => ({
    key: text(columns[at]),
    id: publicId("RecognitionRequest", text(columns[at])),
    status: columns[at + 1] as RecognitionStatus,
    engine: columns[at + 2] as RecognitionEngine,
    source: columns[at + 3] as ImageSource,
    orderId: textOrNull(columns[at + 4]),
    juheErrorCode: numberOrNull(columns[at + 5]),
    errorCode: columns[at + 6] as ErrorCode | null,
    fallbackReason: textOrNull(columns[at + 7]),
    externalReference: textOrNull(columns[at + 8]),
    durationMs: number(columns[at + 9]),
    createdAt: timestamp(columns[at + 10]),
  }),
};

const IMAGE: Selection<ImageRow> = {
  columns: ["encode(r.image_sha256, 'hex')", "r.image_byte_size", "r.image_format", "r.image_width", "r.image_height"],
  join: "",
  read: (columns, at = 0) => ({
    sha256: text(columns[at]),
    byteSize: number(columns[at + 1]),
    format: columns[at + 2] as ImageFormat,
    width: number(columns[at + 3]),
    height: number(columns[at + 4]),
  }),
};

/** Of `plate_recognitions AS p`, with the parts asked for. */
export function recognitionSelection(parts: RecognitionParts): Selection<PlateRecognitionRow> {
  const place = (parts.boxes ? 1 : 0) + (parts.requests ? 2 : 0) + (parts.images ? 4 : 0);
  return (SELECTIONS[place] ??= selectionOf(parts));
}

const SELECTIONS: Selection<PlateRecognitionRow>[] = [];

function selectionOf({ boxes, requests, images }: RecognitionParts): Selection<PlateRecognitionRow> {
  const withBox = boxes ? extended(RECOGNITION, BOX, (row, box) => (row.boundingBox = box)) : RECOGNITION;
  return requests
    ? extended(withBox, images ? REQUEST_WITH_IMAGE : REQUEST, (row, request) => (row.request = request))
    : withBox;
}

/** Of `recognition_requests AS r`, its picture included. */
export const REQUEST_WITH_IMAGE = extended(REQUEST, IMAGE, (row, image) => (row.image = image));
