import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";
import { FindableRequests1764510000000 } from "../../migrations/1764510000000-findable-requests.js";
import { MIGRATIONS } from "../../migrations/index.js";
import { createDataSource } from "../../src/database/data-source.js";
import { migrate } from "../../src/database/migrations.js";
import { ENTITIES } from "../../src/entities.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createTestDatabase("template1");
  dataSource = createDataSource({
    url: database.url,
    poolSize: 2,
    logger: { error: () => undefined },
    entities: ENTITIES,
    migrations: MIGRATIONS,
  });
  await dataSource.initialize();
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

async function tables(): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
  );
  return rows.map(({ name }) => name);
}

async function undoAll(): Promise<void> {
  for (const migration of MIGRATIONS) {
    expect(migration.name).not.toBe("");
    await dataSource.undoLastMigration();
  }
}

test("migrations run up, down and up again, and nothing is left to generate", async () => {
  expect(await migrate(dataSource)).toHaveLength(MIGRATIONS.length);
  const up = await tables();
  expect(up).toEqual(expect.arrayContaining(["partners", "plate_recognitions", "recognition_requests"]));
  await undoAll();
  expect(await tables()).toEqual(["migrations"]);
  expect(await migrate(dataSource)).toHaveLength(MIGRATIONS.length);
  expect(await tables()).toEqual(up);
  // What the entities say is what the migrations made.
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  expect(upQueries.map(({ query }) => query)).toEqual([]);
});

test("requests of an earlier version get the camera of their readings, in every batch", async () => {
  for (const { name } of [...MIGRATIONS].reverse()) {
    await dataSource.undoLastMigration();
    if (new FindableRequests1764510000000().name === name) break;
  }
  await database.query(
    `INSERT INTO recognition_requests (id, partner_id, status, engine, source, image_sha256, image_byte_size, image_format, image_width,
        image_height, duration_ms, created_at)
      SELECT gen_random_uuid(), id, 'SUCCEEDED', 'LOCAL', 'UPLOAD', sha256('x'), 1, 'JPEG', 9, 9, 5, now()
      FROM partners, generate_series(1, 10050)`,
  );
  await database.query(
    `INSERT INTO plate_recognitions (id, partner_id, request_id, rank, plate_number, color, type, confidence, direction, captured_at,
        recognized_at, camera_id, engine)
      SELECT gen_random_uuid(), partner_id, id, rank, '粤A1234' || rank, 'BLUE', 'BLUE', 90, 'UNKNOWN', now(), now(), 'east', 'LOCAL'
      FROM recognition_requests, generate_series(0, 1) AS rank`,
  );
  await migrate(dataSource);
  expect(
    await database.query("SELECT camera_id, count(*)::int AS requests FROM recognition_requests GROUP BY 1"),
  ).toEqual([{ camera_id: "east", requests: 10050 }]);
  await database.query("DELETE FROM recognition_requests");
});

test("two servers that migrate at once do it once", async () => {
  await undoAll();
  const rival = createDataSource({
    url: database.url,
    poolSize: 2,
    logger: { error: () => undefined },
    entities: ENTITIES,
    migrations: MIGRATIONS,
  });
  await rival.initialize();
  const [first, second] = await Promise.all([migrate(dataSource), migrate(rival)]);
  expect(first.length + second.length).toBe(MIGRATIONS.length);
  await rival.destroy();
});
