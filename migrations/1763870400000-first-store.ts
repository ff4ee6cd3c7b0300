/** The first tables: partners, recognition requests and the readings. Every row belongs to a partner. */
import type { MigrationInterface, QueryRunner } from "typeorm";

export class FirstStore1763870400000 implements MigrationInterface {
  readonly name = "FirstStore1763870400000";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "partners" (
        "id" uuid NOT NULL,
        "name" text NOT NULL,
        "created_at" timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT "partners_pkey" PRIMARY KEY ("id")
      )`);
    await runner.query(`
      INSERT INTO "partners" ("id", "name") VALUES ('00000000-0000-7000-8000-000000000001', 'built-in')`);
    await runner.query(`
      CREATE TABLE "recognition_requests" (
        "id" uuid NOT NULL,
        "partner_id" uuid NOT NULL,
        "status" text NOT NULL,
        "engine" text NOT NULL,
        "source" text NOT NULL,
        "image_sha256" bytea NOT NULL,
        "image_byte_size" integer NOT NULL,
        "image_format" text NOT NULL,
        "image_width" integer NOT NULL,
        "image_height" integer NOT NULL,
        "order_id" text,
        "juhe_error_code" integer,
        "error_code" text,
        "fallback_reason" text,
        "external_reference" text,
        "raw_answer" jsonb,
        "duration_ms" integer NOT NULL,
        "created_at" timestamptz(3) NOT NULL,
        CONSTRAINT "recognition_requests_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "recognition_requests_partner_fkey" FOREIGN KEY ("partner_id") REFERENCES "partners" ("id"),
        CONSTRAINT "recognition_requests_status" CHECK (status IN ('SUCCEEDED', 'NO_PLATE', 'FAILED')),
        CONSTRAINT "recognition_requests_engine" CHECK (engine IN ('JUHE', 'LOCAL')),
        CONSTRAINT "recognition_requests_source" CHECK (source IN ('UPLOAD', 'BASE64')),
        CONSTRAINT "recognition_requests_image_format" CHECK (image_format IN ('JPEG', 'PNG', 'WEBP', 'BMP')),
        CONSTRAINT "recognition_requests_image_sha256" CHECK (octet_length(image_sha256) = 32),
        CONSTRAINT "recognition_requests_error" CHECK ((status = 'FAILED') = (error_code IS NOT NULL))
      )`);
    await runner.query(`
      CREATE TABLE "plate_recognitions" (
        "id" uuid NOT NULL,
        "partner_id" uuid NOT NULL,
        "request_id" uuid NOT NULL,
        "rank" smallint NOT NULL,
        "plate_number" text NOT NULL,
        "province" text,
        "color" text NOT NULL,
        "type" text NOT NULL,
        "confidence" smallint NOT NULL,
        "brightness" integer,
        "direction" text NOT NULL,
        "box_left" integer,
        "box_top" integer,
        "box_right" integer,
        "box_bottom" integer,
        "captured_at" timestamptz(3) NOT NULL,
        "recognized_at" timestamptz(3) NOT NULL,
        "camera_id" text,
        "engine" text NOT NULL,
        CONSTRAINT "plate_recognitions_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "plate_recognitions_partner_fkey" FOREIGN KEY ("partner_id") REFERENCES "partners" ("id"),
        CONSTRAINT "plate_recognitions_request_fkey" FOREIGN KEY ("request_id")
          REFERENCES "recognition_requests" ("id") ON DELETE CASCADE,
        CONSTRAINT "plate_recognitions_confidence" CHECK (confidence BETWEEN 0 AND 100),
        CONSTRAINT "plate_recognitions_engine" CHECK (engine IN ('JUHE', 'LOCAL')),
        CONSTRAINT "plate_recognitions_box" CHECK (num_nulls(box_left, box_top, box_right, box_bottom) IN (0, 4))
      )`);
    // One index for each order of the list and one for a plate's history; each also serves the opposite direction.
    await runner.query(
      `CREATE INDEX "plate_recognitions_by_captured_at" ON "plate_recognitions" ("partner_id", "captured_at", "id")`,
    );
    await runner.query(
      `CREATE INDEX "plate_recognitions_by_recognized_at" ON "plate_recognitions" ("partner_id", "recognized_at", "id")`,
    );
    await runner.query(
      `CREATE INDEX "plate_recognitions_by_confidence" ON "plate_recognitions" ("partner_id", "confidence", "id")`,
    );
    await runner.query(
      `CREATE INDEX "plate_recognitions_by_plate" ON "plate_recognitions" ("partner_id", "plate_number", "captured_at", "id")`,
    );
    await runner.query(`CREATE INDEX "plate_recognitions_by_request" ON "plate_recognitions" ("request_id", "rank")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "plate_recognitions"`);
    await runner.query(`DROP TABLE "recognition_requests"`);
    await runner.query(`DROP TABLE "partners"`);
  }
}
