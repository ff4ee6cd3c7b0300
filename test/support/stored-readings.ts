/** Readings put straight into a test's database, for tests about what is read back. */
import { v7 as uuidv7 } from "uuid";
import type { TestDatabase } from "./test-database.js";

export const BUILT_IN_PARTNER = "00000000-0000-7000-8000-000000000001";

export interface StoredReading {
  plateNumber: string;
  capturedAt: string;
  confidence?: number;
  /** What the engine read, where it was corrected to `plateNumber`. */
  readPlateNumber?: string | undefined;
}

/** Each reading with an attempt of its own, all in one statement; gives the readings' ids. */
export async function storeReadings(
  database: TestDatabase,
  readings: readonly StoredReading[],
  partner = BUILT_IN_PARTNER,
): Promise<string[]> {
  const rows = readings.map((reading) => ({ confidence: 90, ...reading, id: uuidv7(), requestId: uuidv7() }));
  await database.query(
    `WITH given AS (SELECT * FROM json_to_recordset($1::json)
        AS r("id" uuid, "requestId" uuid, "plateNumber" text, "capturedAt" timestamptz, "confidence" int, "readPlateNumber" text)
      ), requests AS (
        INSERT INTO recognition_requests (id, partner_id, status, engine, source, image_sha256, image_byte_size, image_format, image_width,
          image_height, duration_ms, created_at)
        SELECT "requestId", $2, 'SUCCEEDED', 'LOCAL', 'UPLOAD', sha256('x'), 1, 'JPEG', 9, 9, 5, "capturedAt" FROM given
      )
      INSERT INTO plate_recognitions (id, partner_id, request_id, rank, plate_number, province, color, type, confidence, direction,
        captured_at, recognized_at, engine, read_plate_number)
      SELECT "id", $2, "requestId", 0, "plateNumber", left("plateNumber", 1), 'BLUE', 'BLUE', "confidence", 'UNKNOWN', "capturedAt",
        "capturedAt", 'LOCAL', "readPlateNumber" FROM given`,
    [JSON.stringify(rows), partner],
  );
  return rows.map(({ id }) => id);
}
