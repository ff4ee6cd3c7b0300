/** Writes of attempts and their readings: all of one attempt in one statement, and therefore in one transaction. */
import type { Database } from "../database/database.js";
import type { PlateRecognitionEntity } from "./plate-recognition.entity.js";
import type { RecognitionRequestEntity } from "./recognition-request.entity.js";

/** Property of the entity → column and its type. */
type Columns<Entity> = Readonly<Record<keyof Entity & string, readonly [column: string, type: string]>>;

const REQUEST: Columns<Omit<RecognitionRequestEntity, "partner">> = {
  partnerId: ["partner_id", "uuid"],
  id: ["id", "uuid"],
  status: ["status", "text"],
  engine: ["engine", "text"],
  source: ["source", "text"],
  imageSha256: ["image_sha256", "bytea"],
  imageByteSize: ["image_byte_size", "integer"],
  imageFormat: ["image_format", "text"],
  imageWidth: ["image_width", "integer"],
  imageHeight: ["image_height", "integer"],
  orderId: ["order_id", "text"],
  juheErrorCode: ["juhe_error_code", "integer"],
  errorCode: ["error_code", "text"],
  fallbackReason: ["fallback_reason", "text"],
  externalReference: ["external_reference", "text"],
  rawAnswer: ["raw_answer", "jsonb"],
  durationMs: ["duration_ms", "integer"],
  createdAt: ["created_at", "timestamptz"],
};

const RECOGNITION: Columns<Omit<PlateRecognitionEntity, "request">> = {
  partnerId: ["partner_id", "uuid"],
  id: ["id", "uuid"],
  requestId: ["request_id", "uuid"],
  rank: ["rank", "smallint"],
  plateNumber: ["plate_number", "text"],
  province: ["province", "text"],
  color: ["color", "text"],
  type: ["type", "text"],
  confidence: ["confidence", "smallint"],
  brightness: ["brightness", "integer"],
  direction: ["direction", "text"],
  boxLeft: ["box_left", "integer"],
  boxTop: ["box_top", "integer"],
  boxRight: ["box_right", "integer"],
  boxBottom: ["box_bottom", "integer"],
  capturedAt: ["captured_at", "timestamptz"],
  recognizedAt: ["recognized_at", "timestamptz"],
  cameraId: ["camera_id", "text"],
  engine: ["engine", "text"],
};

const REQUEST_KEYS = Object.keys(REQUEST) as (keyof typeof REQUEST)[];

const INSERT_REQUEST = `INSERT INTO recognition_requests (${columnsOf(REQUEST).join(", ")})
  VALUES (${Object.values(REQUEST)
    .map(([, type], index) => `$${index + 1}::${type}`)
    .join(", ")})`;

/** The readings come as one JSON array, so that the text is the same for any number of them. */
const INSERT_BOTH = `WITH request AS (${INSERT_REQUEST})
  INSERT INTO plate_recognitions (${columnsOf(RECOGNITION).join(", ")})
  SELECT ${columnsOf(RECOGNITION).join(", ")} FROM json_to_recordset($${REQUEST_KEYS.length + 1}::json)
    AS reading(${Object.values(RECOGNITION)
      .map((pair) => pair.join(" "))
      .join(", ")})`;

export class RecognitionStore {
  constructor(private readonly database: Pick<Database, "write">) {}

  async save(
    caller: string,
    request: RecognitionRequestEntity,
    recognitions: readonly PlateRecognitionEntity[],
  ): Promise<void> {
    const values = REQUEST_KEYS.map((key) => (key === "rawAnswer" ? jsonOf(request[key]) : request[key]));
    await this.database.write(
      caller,
      recognitions.length === 0
        ? { text: INSERT_REQUEST, values }
        : { text: INSERT_BOTH, values: [...values, JSON.stringify(recognitions.map(columnRow))] },
    );
  }
}

function columnsOf(columns: Readonly<Record<string, readonly [column: string, type: string]>>): string[] {
  return Object.values(columns).map(([column]) => column);
}

function columnRow(recognition: PlateRecognitionEntity): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(RECOGNITION).map(([key, [column]]) => [column, recognition[key as keyof typeof RECOGNITION]]),
  );
}

function jsonOf(answer: unknown): string | null {
  return answer === null ? null : JSON.stringify(answer);
}
