import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";
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
