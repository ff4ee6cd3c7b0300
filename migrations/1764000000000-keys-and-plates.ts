/**
 * Keys that begin with the partner, so that the tables can be partitioned by it and by time (ids are UUIDv7); the table of plates, counted as readings
 * are inserted and deleted; the indexes that filters on plates, cameras and types need. Why each: ADR 12.
 */
import type { MigrationInterface, QueryRunner } from "typeorm";

export class KeysAndPlates1764000000000 implements MigrationInterface {
  readonly name = "KeysAndPlates1764000000000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...KEYS, ...PLATES, ...COUNTING, ...LIKENESS, ...INDEXES]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const KEYS = [
  `DROP INDEX "plate_recognitions_by_request"`,
  `ALTER TABLE "plate_recognitions" DROP CONSTRAINT "plate_recognitions_request_fkey",
    DROP CONSTRAINT "plate_recognitions_partner_fkey", DROP CONSTRAINT "plate_recognitions_pkey"`,
  `ALTER TABLE "recognition_requests" DROP CONSTRAINT "recognition_requests_pkey"`,
  `ALTER TABLE "recognition_requests" ADD CONSTRAINT "recognition_requests_pkey" PRIMARY KEY ("partner_id", "id")`,
  // Byte order, whatever the database's own: prefixes can then use the index, and comparing costs less.
  `ALTER TABLE "plate_recognitions" ALTER COLUMN "plate_number" TYPE text COLLATE "C",
    ADD CONSTRAINT "plate_recognitions_pkey" PRIMARY KEY ("partner_id", "id"),
    ADD CONSTRAINT "plate_recognitions_request_fkey" FOREIGN KEY ("partner_id", "request_id")
      REFERENCES "recognition_requests" ("partner_id", "id") ON DELETE CASCADE`,
];

const PLATES = [
  `CREATE TABLE "plates" (
    "partner_id" uuid NOT NULL,
    "number" text COLLATE "C" NOT NULL,
    "sightings" integer NOT NULL,
    "first_seen_at" timestamptz(3) NOT NULL,
    "last_seen_at" timestamptz(3) NOT NULL,
    CONSTRAINT "plates_pkey" PRIMARY KEY ("partner_id", "number")
  ) WITH (fillfactor = 80)`,
  `INSERT INTO "plates" ("partner_id", "number", "sightings", "first_seen_at", "last_seen_at")
    SELECT partner_id, plate_number, count(*), min(captured_at), max(captured_at) FROM plate_recognitions GROUP BY 1, 2`,
];

/** The next migration replaces these triggers; its `down` makes them again. */
export const COUNTING = [
  `CREATE FUNCTION "count_plates"() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
      -- Locked before it is read: what another transaction added meanwhile is then seen.
      PERFORM FROM plates JOIN (SELECT DISTINCT partner_id, plate_number FROM removed) AS gone
        ON plates.partner_id = gone.partner_id AND plates.number = gone.plate_number
        ORDER BY plates.partner_id, plates.number FOR UPDATE OF plates;
      UPDATE plates SET sightings = plates.sightings - gone.times,
          first_seen_at = coalesce(kept.first, plates.first_seen_at), last_seen_at = coalesce(kept.last, plates.last_seen_at)
        FROM (SELECT partner_id, plate_number, count(*) AS times FROM removed GROUP BY 1, 2) AS gone
        CROSS JOIN LATERAL (SELECT min(p.captured_at) AS first, max(p.captured_at) AS last FROM plate_recognitions p
          WHERE p.partner_id = gone.partner_id AND p.plate_number = gone.plate_number) AS kept
        WHERE plates.partner_id = gone.partner_id AND plates.number = gone.plate_number;
    END IF;
    IF TG_OP IN ('UPDATE', 'INSERT') THEN
      -- In one order everywhere, so that two transactions with the same plates wait for each other and do not deadlock.
      INSERT INTO plates (partner_id, number, sightings, first_seen_at, last_seen_at)
        SELECT partner_id, plate_number, count(*), min(captured_at), max(captured_at) FROM added GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (partner_id, number) DO UPDATE SET sightings = plates.sightings + excluded.sightings,
          first_seen_at = least(plates.first_seen_at, excluded.first_seen_at),
          last_seen_at = greatest(plates.last_seen_at, excluded.last_seen_at);
    END IF;
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
      DELETE FROM plates USING (SELECT DISTINCT partner_id, plate_number FROM removed) AS gone
        WHERE plates.partner_id = gone.partner_id AND plates.number = gone.plate_number AND plates.sightings = 0;
    END IF;
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER "count_plates_added" AFTER INSERT ON "plate_recognitions" REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_plates()`,
  `CREATE TRIGGER "count_plates_removed" AFTER DELETE ON "plate_recognitions" REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_plates()`,
  `CREATE TRIGGER "count_plates_changed" AFTER UPDATE ON "plate_recognitions" REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_plates()`,
];

const LIKENESS = [
  // Two numbers within two edits of each other share a key. The keys of a number are the number with up to two characters left out, with characters
  // that cameras confuse (src/plates/plate.distance.ts) replaced by one of their group, hashed to 20 bits: full hashes make the index four times as large.
  `CREATE FUNCTION "plate_search_keys"("number" text) RETURNS integer[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
  DECLARE
    shape text := translate(number, 'OQDIBSZG鲁黑冀京湘皖藏陕桂甘豫', '00018526晋晋晋晋浙琼渝赣赣新蒙');
    keys integer[] := ARRAY[hashtext(shape) & 1048575];
    shorter text;
  BEGIN
    -- No plate is longer than 12; any other text is found by itself only.
    IF length(shape) > 12 THEN RETURN keys; END IF;
    FOR i IN 1..length(shape) LOOP
      shorter := left(shape, i - 1) || substr(shape, i + 1);
      keys := keys || (hashtext(shorter) & 1048575);
      FOR j IN i..length(shorter) LOOP
        keys := keys || (hashtext(left(shorter, j - 1) || substr(shorter, j + 1)) & 1048575);
      END LOOP;
    END LOOP;
    RETURN keys;
  END $$`,
];

const INDEXES = [
  `CREATE INDEX "plate_recognitions_by_request" ON "plate_recognitions" ("partner_id", "request_id", "rank")`,
  `CREATE INDEX "plate_recognitions_by_camera" ON "plate_recognitions" ("partner_id", "camera_id", "captured_at", "id")`,
  `CREATE INDEX "plate_recognitions_by_type" ON "plate_recognitions" ("partner_id", "type", "captured_at", "id")`,
  `CREATE EXTENSION IF NOT EXISTS pg_trgm`,
  `CREATE INDEX "plates_by_substring" ON "plates" USING gin ("number" gin_trgm_ops) WITH (fastupdate = off)`,
  `CREATE INDEX "plates_by_search_key" ON "plates" USING gin (plate_search_keys("number")) WITH (fastupdate = off)`,
  `ANALYZE "plates"`,
];

const DOWN = [
  `DROP INDEX "plate_recognitions_by_type"`,
  `DROP INDEX "plate_recognitions_by_camera"`,
  `DROP INDEX "plate_recognitions_by_request"`,
  `DROP TRIGGER "count_plates_changed" ON "plate_recognitions"`,
  `DROP TRIGGER "count_plates_removed" ON "plate_recognitions"`,
  `DROP TRIGGER "count_plates_added" ON "plate_recognitions"`,
  `DROP FUNCTION "count_plates"`,
  // The extension stays: others may use it by now.
  `DROP TABLE "plates"`,
  `DROP FUNCTION "plate_search_keys"`,
  `ALTER TABLE "plate_recognitions" DROP CONSTRAINT "plate_recognitions_request_fkey", DROP CONSTRAINT "plate_recognitions_pkey"`,
  `ALTER TABLE "recognition_requests" DROP CONSTRAINT "recognition_requests_pkey"`,
  `ALTER TABLE "recognition_requests" ADD CONSTRAINT "recognition_requests_pkey" PRIMARY KEY ("id")`,
  `ALTER TABLE "plate_recognitions" ALTER COLUMN "plate_number" TYPE text COLLATE "default",
    ADD CONSTRAINT "plate_recognitions_pkey" PRIMARY KEY ("id"),
    ADD CONSTRAINT "plate_recognitions_partner_fkey" FOREIGN KEY ("partner_id") REFERENCES "partners" ("id"),
    ADD CONSTRAINT "plate_recognitions_request_fkey" FOREIGN KEY ("request_id") REFERENCES "recognition_requests" ("id") ON DELETE CASCADE`,
  `CREATE INDEX "plate_recognitions_by_request" ON "plate_recognitions" ("request_id", "rank")`,
];
