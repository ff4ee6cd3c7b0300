/**
 * Cheaper inserts. Checks of single columns move from the tables to domains: PostgreSQL parses a table's checks for every statement, a domain's once for
 * each connection. The reference from a request to its partner goes; the next migration brings it back. Inserted and deleted readings are counted by a
 * function each. What each cost: ADR 12.
 */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { COUNTING } from "./1764000000000-keys-and-plates.js";

export class ValueDomains1764100000000 implements MigrationInterface {
  /** Databases of version 0.1.0 hold this migration under this name. */
  readonly name = "CheaperInserts1764100000000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const COUNT_ADDED = `CREATE FUNCTION "count_added_plates"() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    -- In one order everywhere, so that two transactions with the same plates wait for each other and do not deadlock.
    INSERT INTO plates (partner_id, number, sightings, first_seen_at, last_seen_at)
      SELECT partner_id, plate_number, count(*), min(captured_at), max(captured_at) FROM added GROUP BY 1, 2 ORDER BY 1, 2
      ON CONFLICT (partner_id, number) DO UPDATE SET sightings = plates.sightings + excluded.sightings,
        first_seen_at = least(plates.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(plates.last_seen_at, excluded.last_seen_at);
    RETURN NULL;
  END $$`;

const COUNT_REMOVED = `CREATE FUNCTION "count_removed_plates"() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
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
    DELETE FROM plates USING (SELECT DISTINCT partner_id, plate_number FROM removed) AS gone
      WHERE plates.partner_id = gone.partner_id AND plates.number = gone.plate_number AND plates.sightings = 0;
    RETURN NULL;
  END $$`;

const UP = [
  `CREATE DOMAIN "recognition_engine" AS text CHECK (VALUE IN ('JUHE', 'LOCAL'))`,
  `CREATE DOMAIN "recognition_status" AS text CHECK (VALUE IN ('SUCCEEDED', 'NO_PLATE', 'FAILED'))`,
  `CREATE DOMAIN "image_source" AS text CHECK (VALUE IN ('UPLOAD', 'BASE64'))`,
  `CREATE DOMAIN "image_format" AS text CHECK (VALUE IN ('JPEG', 'PNG', 'WEBP', 'BMP'))`,
  `CREATE DOMAIN "sha256_digest" AS bytea CHECK (octet_length(VALUE) = 32)`,
  `CREATE DOMAIN "percentage" AS smallint CHECK (VALUE BETWEEN 0 AND 100)`,
  // One statement for each table: a column's new type rewrites the whole table.
  `ALTER TABLE "recognition_requests" DROP CONSTRAINT "recognition_requests_partner_fkey",
    DROP CONSTRAINT "recognition_requests_engine", ALTER COLUMN "engine" TYPE "recognition_engine",
    DROP CONSTRAINT "recognition_requests_status", ALTER COLUMN "status" TYPE "recognition_status",
    DROP CONSTRAINT "recognition_requests_source", ALTER COLUMN "source" TYPE "image_source",
    DROP CONSTRAINT "recognition_requests_image_format", ALTER COLUMN "image_format" TYPE "image_format",
    DROP CONSTRAINT "recognition_requests_image_sha256", ALTER COLUMN "image_sha256" TYPE "sha256_digest"`,
  `ALTER TABLE "plate_recognitions"
    DROP CONSTRAINT "plate_recognitions_engine", ALTER COLUMN "engine" TYPE "recognition_engine",
    DROP CONSTRAINT "plate_recognitions_confidence", ALTER COLUMN "confidence" TYPE "percentage"`,
  ...["added", "removed", "changed"].map((when) => `DROP TRIGGER "count_plates_${when}" ON "plate_recognitions"`),
  COUNT_ADDED,
  COUNT_REMOVED,
  `CREATE TRIGGER "count_plates_added" AFTER INSERT ON "plate_recognitions" REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_added_plates()`,
  `CREATE TRIGGER "count_plates_removed" AFTER DELETE ON "plate_recognitions" REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_removed_plates()`,
  // An update is both, in either order: what remains is read from the readings.
  `CREATE TRIGGER "count_plates_changed_to" AFTER UPDATE ON "plate_recognitions" REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_added_plates()`,
  `CREATE TRIGGER "count_plates_changed_from" AFTER UPDATE ON "plate_recognitions" REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_removed_plates()`,
  `DROP FUNCTION "count_plates"`,
];

const DOWN = [
  ...["added", "removed", "changed_to", "changed_from"].map(
    (when) => `DROP TRIGGER "count_plates_${when}" ON "plate_recognitions"`,
  ),
  `DROP FUNCTION "count_removed_plates"`,
  `DROP FUNCTION "count_added_plates"`,
  ...COUNTING,
  `ALTER TABLE "plate_recognitions"
    ALTER COLUMN "confidence" TYPE smallint, ADD CONSTRAINT "plate_recognitions_confidence" CHECK (confidence BETWEEN 0 AND 100),
    ALTER COLUMN "engine" TYPE text, ADD CONSTRAINT "plate_recognitions_engine" CHECK (engine IN ('JUHE', 'LOCAL'))`,
  `ALTER TABLE "recognition_requests"
    ALTER COLUMN "image_sha256" TYPE bytea, ADD CONSTRAINT "recognition_requests_image_sha256" CHECK (octet_length(image_sha256) = 32),
    ALTER COLUMN "image_format" TYPE text, ADD CONSTRAINT "recognition_requests_image_format" CHECK (image_format IN ('JPEG', 'PNG', 'WEBP', 'BMP')),
    ALTER COLUMN "source" TYPE text, ADD CONSTRAINT "recognition_requests_source" CHECK (source IN ('UPLOAD', 'BASE64')),
    ALTER COLUMN "status" TYPE text, ADD CONSTRAINT "recognition_requests_status" CHECK (status IN ('SUCCEEDED', 'NO_PLATE', 'FAILED')),
    ALTER COLUMN "engine" TYPE text, ADD CONSTRAINT "recognition_requests_engine" CHECK (engine IN ('JUHE', 'LOCAL')),
    ADD CONSTRAINT "recognition_requests_partner_fkey" FOREIGN KEY ("partner_id") REFERENCES "partners" ("id")`,
  ...["percentage", "sha256_digest", "image_format", "image_source", "recognition_status", "recognition_engine"].map(
    (name) => `DROP DOMAIN "${name}"`,
  ),
];
