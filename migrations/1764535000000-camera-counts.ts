/**
 * How many readings each camera has, counted as they come and go. Writes of readings wait while the stored ones are counted: about a second for each
 * few million of them.
 */
import type { MigrationInterface, QueryRunner } from "typeorm";

export class CameraCounts1764535000000 implements MigrationInterface {
  readonly name = "CameraCounts1764535000000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

/** Counts what `rows` holds; `sign` is `-` for rows that went. */
function counting(name: string, rows: string, sign: string): string {
  return `CREATE FUNCTION "${name}"() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO camera_counts (partner_id, camera_id, slot, readings)
      SELECT partner_id, camera_id, pg_backend_pid() % 16, ${sign}count(*) FROM ${rows} WHERE camera_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
      ON CONFLICT (partner_id, camera_id, slot) DO UPDATE SET readings = camera_counts.readings + excluded.readings;
    RETURN NULL;
  END $$`;
}

const UP = [
  // A camera's count is the sum of 16 rows, which connections share out among them: one row would let one transaction at a time store its readings.
  `CREATE TABLE "camera_counts" (
    "partner_id" uuid NOT NULL,
    "camera_id" text NOT NULL,
    "slot" smallint NOT NULL,
    "readings" bigint NOT NULL,
    CONSTRAINT "camera_counts_pkey" PRIMARY KEY ("partner_id", "camera_id", "slot")
  ) WITH (fillfactor = 50)`,
  counting("count_added_cameras", "added", ""),
  counting("count_removed_cameras", "removed", "-"),
  `CREATE FUNCTION "count_moved_camera"() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO camera_counts (partner_id, camera_id, slot, readings)
      SELECT partner_id, camera_id, pg_backend_pid() % 16, times
      FROM (VALUES (OLD.partner_id, OLD.camera_id, -1), (NEW.partner_id, NEW.camera_id, 1)) AS moved(partner_id, camera_id, times)
      WHERE camera_id IS NOT NULL ORDER BY 1, 2
      ON CONFLICT (partner_id, camera_id, slot) DO UPDATE SET readings = camera_counts.readings + excluded.readings;
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER "count_readings_of_camera_added" AFTER INSERT ON "plate_recognitions" REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_added_cameras()`,
  `CREATE TRIGGER "count_readings_of_camera_removed" AFTER DELETE ON "plate_recognitions" REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_removed_cameras()`,
  `CREATE TRIGGER "count_readings_of_camera_moved" AFTER UPDATE OF "camera_id" ON "plate_recognitions"
    FOR EACH ROW WHEN (OLD.camera_id IS DISTINCT FROM NEW.camera_id) EXECUTE FUNCTION count_moved_camera()`,
  `INSERT INTO "camera_counts" ("partner_id", "camera_id", "slot", "readings")
    SELECT partner_id, camera_id, 0, count(*) FROM plate_recognitions WHERE camera_id IS NOT NULL GROUP BY 1, 2`,
];

const DOWN = [
  ...["added", "removed", "moved"].map(
    (when) => `DROP TRIGGER "count_readings_of_camera_${when}" ON "plate_recognitions"`,
  ),
  ...["count_added_cameras", "count_removed_cameras", "count_moved_camera"].map((name) => `DROP FUNCTION "${name}"`),
  `DROP TABLE "camera_counts"`,
];
