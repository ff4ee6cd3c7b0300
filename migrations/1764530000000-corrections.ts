/**
 * Corrections of readings, and counts of what was erased. `plate_recognitions.plate_number` is the corrected number, `read_plate_number` what the engine
 * read; it is null, and in no index, where a reading was never corrected.
 */
import type { MigrationInterface, QueryRunner } from "typeorm";

export class Corrections1764530000000 implements MigrationInterface {
  readonly name = "Corrections1764530000000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const UP = [
  `ALTER TABLE "plate_recognitions" ADD COLUMN "read_plate_number" text COLLATE "C"`,
  `CREATE INDEX "plate_recognitions_by_read_plate" ON "plate_recognitions" ("partner_id", "read_plate_number", "captured_at", "id")
    WHERE "read_plate_number" IS NOT NULL`,
  // For parts of a number, and for numbers like another.
  `CREATE INDEX "plate_recognitions_by_read_text" ON "plate_recognitions"
    USING gin ("read_plate_number" gin_trgm_ops, plate_search_keys("read_plate_number")) WITH (fastupdate = off)
    WHERE "read_plate_number" IS NOT NULL`,
  `CREATE TABLE "plate_corrections" (
    "partner_id" uuid NOT NULL,
    "id" uuid NOT NULL,
    "recognition_id" uuid NOT NULL,
    "corrected_at" timestamptz(3) NOT NULL,
    "actor_key" text,
    "from_number" text COLLATE "C" NOT NULL,
    "to_number" text COLLATE "C" NOT NULL,
    CONSTRAINT "plate_corrections_pkey" PRIMARY KEY ("partner_id", "id"),
    CONSTRAINT "plate_corrections_recognition_fkey" FOREIGN KEY ("partner_id", "recognition_id")
      REFERENCES "plate_recognitions" ("partner_id", "id") ON DELETE CASCADE
  )`,
  `CREATE INDEX "plate_corrections_by_recognition" ON "plate_corrections" ("partner_id", "recognition_id", "id")`,
  `CREATE TABLE "erased_usage" (
    "partner_id" uuid NOT NULL,
    "hour" timestamptz(3) NOT NULL,
    "recognitions" integer NOT NULL,
    "no_plate" integer NOT NULL,
    "failed" integer NOT NULL,
    "local" integer NOT NULL,
    "juhe" integer NOT NULL,
    CONSTRAINT "erased_usage_pkey" PRIMARY KEY ("partner_id", "hour"),
    CONSTRAINT "erased_usage_partner_fkey" FOREIGN KEY ("partner_id") REFERENCES "partners" ("id")
  )`,
];

const DOWN = [
  `DROP TABLE "erased_usage"`,
  `DROP TABLE "plate_corrections"`,
  `DROP INDEX "plate_recognitions_by_read_text"`,
  `DROP INDEX "plate_recognitions_by_read_plate"`,
  `ALTER TABLE "plate_recognitions" DROP COLUMN "read_plate_number"`,
];
