/** Writes of attempts and their readings: all of one attempt in one statement, and therefore in one transaction. */
import type { Principal } from "../../accounts/principal.js";
import type { Database } from "../../database/database.js";
import type { PlateRecognitionEntity } from "./plate-recognition.entity.js";
import type { RecognitionRequestEntity } from "./recognition-request.entity.js";

type ColumnList = Readonly<Record<string, readonly [column: string, type: string]>>;

/** Property of the entity → column and its type. */
type Columns<Entity> = Readonly<Record<keyof Entity & string, readonly [column: string, type: string]>>;

const REQUEST: Columns<RecognitionRequestEntity> = {
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
const RECOGNITION_KEYS = Object.keys(RECOGNITION) as (keyof typeof RECOGNITION)[];

/** By how many readings there are: each number of them is a statement of its own, prepared once. */
const texts: string[] = [];

export class RecognitionStore {
  constructor(private readonly database: Pick<Database, "write">) {}

  async save(
    principal: Principal,
    request: RecognitionRequestEntity,
    recognitions: readonly PlateRecognitionEntity[],
  ): Promise<void> {
    const values: unknown[] = REQUEST_KEYS.map((key) => (key === "rawAnswer" ? jsonOf(request[key]) : request[key]));
    for (const recognition of recognitions) for (const key of RECOGNITION_KEYS) values.push(recognition[key]);
    await this.database.write(principal.clientId, {
      text: (texts[recognitions.length] ??= textFor(recognitions.length)),
      values,
    });
  }
}

function textFor(readings: number): string {
  let place = 0;
  const row = (columns: ColumnList): string =>
    `(${Object.values(columns)
      .map(([, type]) => `$${(place += 1)}::${type}`)
      .join(", ")})`;
  const request = `INSERT INTO recognition_requests (${columnsOf(REQUEST)}) VALUES ${row(REQUEST)}`;
  if (readings === 0) return request;
  return `WITH request AS (${request})
    INSERT INTO plate_recognitions (${columnsOf(RECOGNITION)}) VALUES ${Array.from({ length: readings }, () => row(RECOGNITION)).join(", ")}`;
}

function columnsOf(columns: ColumnList): string {
  return Object.values(columns)
    .map(([column]) => column)
    .join(", ");
}

function jsonOf(answer: unknown): string | null {
  return answer === null ? null : JSON.stringify(answer);
}
