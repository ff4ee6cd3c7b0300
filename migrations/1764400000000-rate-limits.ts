/** Requests counted by minute, in the form that `rate-limiter-flexible` expects. */
import type { MigrationInterface, QueryRunner } from "typeorm";

export class RateLimits1764400000000 implements MigrationInterface {
  readonly name = "RateLimits1764400000000";

  async up(runner: QueryRunner): Promise<void> {
    // Unlogged: a crash may forget the minute, and no write-ahead log is written for it.
    await runner.query(`
      CREATE UNLOGGED TABLE "rate_limits" (
        "key" varchar(255) NOT NULL,
        "points" integer NOT NULL DEFAULT 0,
        "expire" bigint,
        CONSTRAINT "rate_limits_pkey" PRIMARY KEY ("key")
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "rate_limits"`);
  }
}
