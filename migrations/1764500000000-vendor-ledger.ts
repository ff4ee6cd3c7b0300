/** Vendor calls written down before they are made, idempotency keys, and answers that were given again. */
import type { MigrationInterface, QueryRunner } from "typeorm";

export class VendorLedger1764500000000 implements MigrationInterface {
  readonly name = "VendorLedger1764500000000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["recognition_reuses", "idempotency_keys", "vendor_days", "vendor_calls"]) {
      await runner.query(`DROP TABLE "${table}"`);
    }
  }
}

const UP = [
  `CREATE TABLE "vendor_calls" (
    "partner_id" uuid NOT NULL,
    "id" uuid NOT NULL,
    "request_id" uuid NOT NULL,
    "started_at" timestamptz(3) NOT NULL,
    "completed_at" timestamptz(3),
    "outcome" text NOT NULL,
    "juhe_error_code" integer,
    "order_id" text,
    CONSTRAINT "vendor_calls_pkey" PRIMARY KEY ("partner_id", "id")
  )`,
  `CREATE INDEX "vendor_calls_by_started_at" ON "vendor_calls" ("partner_id", "started_at")`,
  `CREATE INDEX "vendor_calls_by_request" ON "vendor_calls" ("partner_id", "request_id")`,
  `CREATE TABLE "vendor_days" (
    "day" date NOT NULL,
    "calls" integer NOT NULL,
    CONSTRAINT "vendor_days_pkey" PRIMARY KEY ("day")
  )`,
  `CREATE TABLE "idempotency_keys" (
    "partner_id" uuid NOT NULL,
    "key" text NOT NULL,
    "fingerprint" bytea NOT NULL,
    "request_id" uuid NOT NULL,
    "done" boolean NOT NULL,
    "server_id" integer NOT NULL,
    "created_at" timestamptz(3) NOT NULL,
    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("partner_id", "key")
  )`,
  `CREATE INDEX "idempotency_keys_by_created_at" ON "idempotency_keys" ("created_at")`,
  `CREATE INDEX "idempotency_keys_by_request" ON "idempotency_keys" ("partner_id", "request_id")`,
  `CREATE TABLE "recognition_reuses" (
    "partner_id" uuid NOT NULL,
    "id" uuid NOT NULL,
    "created_at" timestamptz(3) NOT NULL,
    CONSTRAINT "recognition_reuses_pkey" PRIMARY KEY ("partner_id", "id")
  )`,
  `CREATE INDEX "recognition_reuses_by_created_at" ON "recognition_reuses" ("partner_id", "created_at")`,
];
