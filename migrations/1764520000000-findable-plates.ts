/**
 * Lists of plates in the order of what is counted of them. Every reading changes these columns, and with an index on one of them each change writes to
 * all indexes of the table: the costly ones, of parts of numbers and of likeness, move to a table of the numbers alone. Nothing here stops reads or
 * writes for longer than a moment.
 */
import type { MigrationInterface, QueryRunner } from "typeorm";

export class FindablePlates1764520000000 implements MigrationInterface {
  readonly name = "FindablePlates1764520000000";
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of NUMBERS) await runner.query(statement);
    await fillNumbers(runner);
    for (const [name, definition] of INDEXES) {
      // A build that was cut off leaves an invalid index behind.
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS "${name}"`);
      await runner.query(`CREATE INDEX CONCURRENTLY "${name}" ON ${definition}`);
    }
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS "plates_by_substring"`);
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS "plates_by_search_key"`);
    await runner.query(`ANALYZE "plate_numbers"`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const NUMBERS = [
  `CREATE TABLE IF NOT EXISTS "plate_numbers" (
    "partner_id" uuid NOT NULL,
    "number" text COLLATE "C" NOT NULL,
    CONSTRAINT "plate_numbers_pkey" PRIMARY KEY ("partner_id", "number")
  )`,
  // For each row: inserts that count a plate seen before insert none, and fire nothing.
  `CREATE OR REPLACE FUNCTION "add_plate_number"() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO plate_numbers (partner_id, number) VALUES (NEW.partner_id, NEW.number) ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$`,
  `CREATE OR REPLACE FUNCTION "remove_plate_number"() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM plate_numbers WHERE partner_id = OLD.partner_id AND number = OLD.number;
    RETURN NULL;
  END $$`,
  `CREATE OR REPLACE TRIGGER "plate_numbers_added" AFTER INSERT ON "plates" FOR EACH ROW EXECUTE FUNCTION add_plate_number()`,
  `CREATE OR REPLACE TRIGGER "plate_numbers_removed" AFTER DELETE ON "plates" FOR EACH ROW EXECUTE FUNCTION remove_plate_number()`,
];

const BATCH_ROWS = 10_000;
const LEAST_UUID = "00000000-0000-0000-0000-000000000000";

/** The plates of a batch are locked against removal until their numbers are stored; counting goes on. */
async function fillNumbers(runner: QueryRunner): Promise<void> {
  let last: { partner_id: string; number: string } | undefined = { partner_id: LEAST_UUID, number: "" };
  while (last !== undefined) {
    [last] = (await runner.query(
      `WITH batch AS MATERIALIZED (
        SELECT partner_id, number FROM plates WHERE (partner_id, number) > ($1::uuid, $2::text)
        ORDER BY partner_id, number LIMIT ${BATCH_ROWS} FOR KEY SHARE
      ), filled AS (
        INSERT INTO plate_numbers (partner_id, number) SELECT partner_id, number FROM batch ON CONFLICT DO NOTHING
      )
      SELECT partner_id, number FROM batch ORDER BY partner_id DESC, number DESC LIMIT 1`,
      [last.partner_id, last.number],
    )) as { partner_id: string; number: string }[];
  }
}

const INDEXES = [
  ["plate_numbers_by_substring", `"plate_numbers" USING gin ("number" gin_trgm_ops) WITH (fastupdate = off)`],
  ["plate_numbers_by_search_key", `"plate_numbers" USING gin (plate_search_keys("number")) WITH (fastupdate = off)`],
  ["plates_by_last_seen_at", `"plates" ("partner_id", "last_seen_at", "number")`],
  ["plates_by_first_seen_at", `"plates" ("partner_id", "first_seen_at", "number")`],
  ["plates_by_sightings", `"plates" ("partner_id", "sightings", "number")`],
] as const;

const DOWN = [
  `DROP INDEX IF EXISTS "plates_by_last_seen_at"`,
  `DROP INDEX IF EXISTS "plates_by_first_seen_at"`,
  `DROP INDEX IF EXISTS "plates_by_sightings"`,
  `CREATE INDEX "plates_by_substring" ON "plates" USING gin ("number" gin_trgm_ops) WITH (fastupdate = off)`,
  `CREATE INDEX "plates_by_search_key" ON "plates" USING gin (plate_search_keys("number")) WITH (fastupdate = off)`,
  `DROP TRIGGER "plate_numbers_added" ON "plates"`,
  `DROP TRIGGER "plate_numbers_removed" ON "plates"`,
  `DROP TABLE "plate_numbers"`,
  `DROP FUNCTION "add_plate_number"`,
  `DROP FUNCTION "remove_plate_number"`,
];
