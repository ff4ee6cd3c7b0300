/**
 * The reference from a request to its partner, which the migration before dropped. It is added for new rows first and checked for old ones afterwards:
 * reads and writes go on during the check.
 */
import type { MigrationInterface, QueryRunner } from "typeorm";

export class PartnerReference1764200000000 implements MigrationInterface {
  readonly name = "PartnerReference1764200000000";
  /** Each statement commits by itself: the check must not hold the lock that adding takes. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // A check that failed leaves the constraint behind.
    await runner.query(`ALTER TABLE "recognition_requests"
      DROP CONSTRAINT IF EXISTS "recognition_requests_partner_fkey",
      ADD CONSTRAINT "recognition_requests_partner_fkey" FOREIGN KEY ("partner_id") REFERENCES "partners" ("id") NOT VALID`);
    await runner.query(`ALTER TABLE "recognition_requests" VALIDATE CONSTRAINT "recognition_requests_partner_fkey"`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "recognition_requests" DROP CONSTRAINT "recognition_requests_partner_fkey"`);
  }
}
