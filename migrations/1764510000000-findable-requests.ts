/**
 * Recognition requests are found by camera, external reference, image, error, status and engine. Each statement commits by itself and none holds a
 * lock that stops reads or writes: the cameras of older requests are filled in batches, indexes are built concurrently.
 */
import type { MigrationInterface, QueryRunner } from "typeorm";

export class FindableRequests1764510000000 implements MigrationInterface {
  readonly name = "FindableRequests1764510000000";
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "recognition_requests" ADD COLUMN IF NOT EXISTS "camera_id" text`);
    await fillCameras(runner);
    for (const [name, definition] of INDEXES) {
      // A build that was cut off leaves an invalid index behind.
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS "${name}"`);
      await runner.query(`CREATE INDEX CONCURRENTLY "${name}" ON "recognition_requests" ${definition}`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [name] of INDEXES) await runner.query(`DROP INDEX IF EXISTS "${name}"`);
    await runner.query(`ALTER TABLE "recognition_requests" DROP COLUMN IF EXISTS "camera_id"`);
  }
}

/** Requests whose cameras one statement fills in: some tenths of a second. */
const BATCH_ROWS = 10_000;
const LEAST_UUID = "00000000-0000-0000-0000-000000000000";

async function fillCameras(runner: QueryRunner): Promise<void> {
  let last: { partner_id: string; id: string } | undefined = { partner_id: LEAST_UUID, id: LEAST_UUID };
  while (last !== undefined) {
    [last] = (await runner.query(
      `WITH batch AS MATERIALIZED (
        SELECT partner_id, id FROM recognition_requests WHERE (partner_id, id) > ($1::uuid, $2::uuid)
        ORDER BY partner_id, id LIMIT ${BATCH_ROWS}
      ), filled AS (
        UPDATE recognition_requests r SET camera_id = p.camera_id
        FROM batch b JOIN plate_recognitions p ON p.partner_id = b.partner_id AND p.request_id = b.id AND p.rank = 0
        WHERE r.partner_id = b.partner_id AND r.id = b.id AND p.camera_id IS NOT NULL AND r.camera_id IS NULL
      )
      SELECT partner_id, id FROM batch ORDER BY partner_id DESC, id DESC LIMIT 1`,
      [last.partner_id, last.id],
    )) as { partner_id: string; id: string }[];
  }
}

/**
 * Where most requests have one value, a plan for any value would read them all in the order of `created_at` instead of looking a rare value up. The
 * other indexes therefore hold the time in another form, which the look-ups order by.
 */
const TIME = `("created_at" AT TIME ZONE 'UTC'), "id"`;
const INDEXES = [
  ["recognition_requests_by_created_at", `("partner_id", "created_at", "id")`],
  ["recognition_requests_by_status", `("partner_id", "status", "engine", ${TIME})`],
  ["recognition_requests_by_image", `("partner_id", "image_sha256", ${TIME})`],
  ["recognition_requests_by_error", `("partner_id", "error_code", ${TIME}) WHERE "error_code" IS NOT NULL`],
  ["recognition_requests_by_camera", `("partner_id", "camera_id", ${TIME}) WHERE "camera_id" IS NOT NULL`],
  [
    "recognition_requests_by_reference",
    `("partner_id", "external_reference", ${TIME}) WHERE "external_reference" IS NOT NULL`,
  ],
] as const;
