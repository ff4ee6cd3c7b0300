/**
 * Lists of plates find a plate by what was read, too, where that was corrected to its number. The index holds corrected readings only: storing a reading
 * writes nothing to it.
 */
import type { MigrationInterface, QueryRunner } from "typeorm";

export class CorrectedPlates1764536000000 implements MigrationInterface {
  readonly name = "CorrectedPlates1764536000000";
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // A build that was cut off leaves an invalid index behind.
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS "plate_recognitions_by_correction"`);
    await runner.query(
      `CREATE INDEX CONCURRENTLY "plate_recognitions_by_correction" ON "plate_recognitions" ("partner_id", "plate_number", "read_plate_number")
        WHERE "read_plate_number" IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX IF EXISTS "plate_recognitions_by_correction"`);
  }
}
