/** The rows that both sides of the differential test read: in the server's database, and in memory for the plain resolvers. */
import type { TestDatabase } from "../support/test-database.js";
import { BUILT_IN_PARTNER } from "../support/stored-readings.js";
import { Random } from "./random.js";

export interface SeededRequest {
  key: string;
  status: "SUCCEEDED" | "NO_PLATE" | "FAILED";
  engine: "LOCAL" | "JUHE";
  source: "UPLOAD" | "BASE64";
  sha256: string;
  byteSize: number;
  format: "JPEG" | "PNG";
  width: number;
  height: number;
  orderId: string | null;
  juheErrorCode: number | null;
  errorCode: string | null;
  fallbackReason: string | null;
  externalReference: string | null;
  durationMs: number;
  createdAt: string;
  cameraId: string | null;
}

export interface SeededReading {
  key: string;
  requestKey: string;
  rank: number;
  plateNumber: string;
  province: string | null;
  color: string;
  type: string;
  confidence: number;
  brightness: number | null;
  direction: string;
  boundingBox: { left: number; top: number; right: number; bottom: number } | null;
  capturedAt: string;
  recognizedAt: string;
  cameraId: string | null;
  engine: "LOCAL" | "JUHE";
  /** Earliest first. */
  corrections: { correctedAt: string; actorKey: string | null; from: string; to: string }[];
}

export interface SeededRows {
  requests: SeededRequest[];
  readings: SeededReading[];
}

const START = Date.UTC(2026, 2, 1);
const REQUESTS = 40;
const PLATES = ["粤A12345", "粤A1234S", "京B8O0O1", '沪C\u2028"1\\', "使014578", "粤TNT444", "鲁D00000", "粤A12346"];

/** What the engine read of some readings, all of which were corrected. */
const ONLY_READ = ["川X00000", "粤A12349"];

/** The same for the same seed. */
export function seededRows(seed: number): SeededRows {
  const random = new Random(seed);
  const uuid = (kind: number, index: number): string =>
    `0190a000-0000-7${kind}00-8000-${(random.below(2 ** 20) * 1000 + index).toString(16).padStart(12, "0")}`;
  const requests: SeededRequest[] = [];
  const readings: SeededReading[] = [];
  for (let index = 0; index < REQUESTS; index += 1) {
    const status = random.chance(0.7) ? "SUCCEEDED" : random.pick(["NO_PLATE", "FAILED"] as const);
    const at = new Date(START + random.below(60) * 3_600_000 + random.pick([0, 1, 20, 300])).toISOString();
    const engine = random.pick(["LOCAL", "JUHE"] as const);
    const request: SeededRequest = {
      key: uuid(1, index),
      status,
      engine,
      source: random.pick(["UPLOAD", "BASE64"]),
      sha256: random
        .below(2 ** 31)
        .toString(16)
        .padStart(64, "0"),
      byteSize: 1 + random.below(100_000),
      format: random.pick(["JPEG", "PNG"]),
      width: 640,
      height: 480,
      orderId: random.chance(0.3) ? "JH7" : null,
      juheErrorCode: status === "FAILED" && random.chance(0.5) ? 10012 : null,
      errorCode: status === "FAILED" ? random.pick(["INVALID_IMAGE", "RECOGNIZER_MISCONFIGURED"]) : null,
      fallbackReason: random.chance(0.2) ? random.pick(["slow", "Juhe is out of quota (10012)"]) : null,
      externalReference: random.chance(0.3) ? `ref ${index} "\u0085` : null,
      durationMs: random.below(100),
      createdAt: at,
      cameraId: [null, "east", 'we"st'][index % 3] ?? null,
    };
    requests.push(request);
    const plates = status === "SUCCEEDED" ? 1 + random.below(3) : 0;
    for (let rank = 0; rank < plates; rank += 1) {
      const plateNumber = random.pick(PLATES);
      const read = random.chance(0.3) ? random.pick([...PLATES, ...ONLY_READ]) : plateNumber;
      const corrections = [read, ...(random.chance(0.3) ? ["粤X00000"] : [])].map((from, place, all) => ({
        correctedAt: new Date(START + place).toISOString(),
        actorKey: random.pick([null, "abcdefghijkl"]),
        from,
        to: all[place + 1] ?? plateNumber,
      }));
      readings.push({
        key: uuid(2, index * 10 + rank),
        requestKey: request.key,
        rank,
        plateNumber,
        province: plateNumber.startsWith("使") ? null : plateNumber.slice(0, 1),
        color: random.pick(["BLUE", "GREEN", "YELLOW"]),
        type: random.pick(["BLUE", "NEW_ENERGY_SMALL"]),
        confidence: random.pick([0, 50, 80, 80, 100]),
        brightness: random.chance(0.5) ? random.below(256) : null,
        direction: random.pick(["UNKNOWN", "LEFT"]),
        boundingBox: random.chance(0.7) ? { left: random.below(9), top: 2, right: 30, bottom: 40 } : null,
        capturedAt: at,
        recognizedAt: new Date(START + random.below(50) * 60_000).toISOString(),
        cameraId: random.pick([null, "east", 'we"st']),
        engine,
        corrections: read === plateNumber ? [] : corrections,
      });
    }
  }
  return { requests, readings };
}

export async function storeRows(database: TestDatabase, { requests, readings }: SeededRows): Promise<void> {
  await database.query(
    `INSERT INTO recognition_requests (id, partner_id, status, engine, source, image_sha256, image_byte_size, image_format, image_width,
        image_height, order_id, juhe_error_code, error_code, fallback_reason, external_reference, duration_ms, created_at,
        camera_id)
      SELECT key, $2, status, engine, source, decode(sha256, 'hex'), "byteSize", format, width, height, "orderId", "juheErrorCode", "errorCode",
        "fallbackReason", "externalReference", "durationMs", "createdAt", "cameraId"
      FROM json_to_recordset($1::json) AS r(key uuid, status text, engine text, source text, sha256 text, "byteSize" int, format text,
        width int, height int, "orderId" text, "juheErrorCode" int, "errorCode" text, "fallbackReason" text, "externalReference" text,
        "durationMs" int, "createdAt" timestamptz, "cameraId" text)`,
    [JSON.stringify(requests), BUILT_IN_PARTNER],
  );
  const flat = readings.map(({ boundingBox, corrections, ...row }) => ({
    ...row,
    ...boundingBox,
    readPlateNumber: corrections[0]?.from ?? null,
  }));
  await database.query(
    `INSERT INTO plate_recognitions (id, partner_id, request_id, rank, plate_number, province, color, type, confidence, brightness, direction,
        box_left, box_top, box_right, box_bottom, captured_at, recognized_at, camera_id, engine,
        read_plate_number)
      SELECT key, $2, "requestKey", rank, "plateNumber", province, color, type, confidence, brightness, direction, "left", top, "right",
        bottom, "capturedAt", "recognizedAt", "cameraId", engine, "readPlateNumber"
      FROM json_to_recordset($1::json) AS r(key uuid, "requestKey" uuid, rank int, "plateNumber" text, province text, color text, type text,
        confidence int, brightness int, direction text, "left" int, top int, "right" int, bottom int, "capturedAt" timestamptz,
        "recognizedAt" timestamptz, "cameraId" text, engine text, "readPlateNumber" text)`,
    [JSON.stringify(flat), BUILT_IN_PARTNER],
  );
  const corrections = readings.flatMap(({ key, corrections }) => corrections.map((each) => ({ ...each, key })));
  await database.query(
    `INSERT INTO plate_corrections (partner_id, id, recognition_id, corrected_at, actor_key, from_number, to_number)
      SELECT $2, lpad(to_hex(row_number() OVER ()), 32, '0')::uuid, key, "correctedAt", "actorKey", "from", "to"
      FROM json_to_recordset($1::json) AS r(key uuid, "correctedAt" timestamptz, "actorKey" text, "from" text, "to" text)`,
    [JSON.stringify(corrections), BUILT_IN_PARTNER],
  );
}
