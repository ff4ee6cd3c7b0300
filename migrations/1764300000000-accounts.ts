/** Partners have names of their own, API keys and an audit log. */
import type { MigrationInterface, QueryRunner } from "typeorm";

export class Accounts1764300000000 implements MigrationInterface {
  readonly name = "Accounts1764300000000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const UP = [
  `CREATE UNIQUE INDEX "partners_by_name" ON "partners" ("name")`,
  `CREATE TABLE "api_keys" (
    "id" uuid NOT NULL,
    "partner_id" uuid NOT NULL,
    "lookup" text COLLATE "C" NOT NULL,
    "hash" bytea NOT NULL,
    "scopes" text[] NOT NULL,
    "rate_limit_per_minute" integer,
    "created_at" timestamptz(3) NOT NULL,
    "expires_at" timestamptz(3),
    "revoked_at" timestamptz(3),
    "last_used_at" timestamptz(3),
    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "api_keys_partner_fkey" FOREIGN KEY ("partner_id") REFERENCES "partners" ("id"),
    CONSTRAINT "api_keys_hash" CHECK (octet_length(hash) = 32),
    CONSTRAINT "api_keys_scopes" CHECK (scopes <@ ARRAY['RECOGNIZE', 'READ', 'ADMIN'] AND cardinality(scopes) > 0)
  )`,
  `CREATE UNIQUE INDEX "api_keys_by_lookup" ON "api_keys" ("lookup")`,
  `CREATE INDEX "api_keys_by_partner" ON "api_keys" ("partner_id", "created_at")`,
  `CREATE TABLE "audit_entries" (
    "partner_id" uuid NOT NULL,
    "id" uuid NOT NULL,
    "created_at" timestamptz(3) NOT NULL,
    "actor_key" text,
    "action" text NOT NULL,
    "subject" text,
    "affected" integer NOT NULL,
    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("partner_id", "id"),
    CONSTRAINT "audit_entries_partner_fkey" FOREIGN KEY ("partner_id") REFERENCES "partners" ("id")
  )`,
];

const DOWN = [`DROP TABLE "audit_entries"`, `DROP TABLE "api_keys"`, `DROP INDEX "partners_by_name"`];
