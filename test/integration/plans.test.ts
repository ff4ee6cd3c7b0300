/**
 * What PostgreSQL does for filters by number in a store with many corrections: no table is read through, and few pages are looked at. Plans depend on the
 * size of the tables; `PLAN_ROWS=300000` in the environment sets it, and prints the figures.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";
import { MIGRATIONS } from "../../migrations/index.js";
import { anonymousPrincipal } from "../../src/accounts/principal.js";
import { createDataSource } from "../../src/database/data-source.js";
import { tablesOf } from "../../src/database/entity.table.js";
import { ENTITIES } from "../../src/entities.js";
import { CorrectedReadingsLookUp } from "../../src/plate-records/corrected.readings.js";
import { PlateList } from "../../src/plate-records/plate.list.js";
import type { PlateNumberFilter } from "../../src/plate-records/plate-number.filter.js";
import type { PlateOrder } from "../../src/plate-records/plate.order.js";
import { PlateRepository } from "../../src/plate-records/plate.repository.js";
import { PlateTable } from "../../src/plate-records/plate.table.js";
import type { RecognitionOrder } from "../../src/recognitions/store/recognition.order.js";
import { RecognitionRepository } from "../../src/recognitions/store/recognition.repository.js";
import { RecognitionTables } from "../../src/recognitions/store/recognition.tables.js";
import { ExplainedReads, type Explained } from "../support/explained-reads.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";

const ROWS = Number(process.env.PLAN_ROWS ?? "30000");
/** One reading in so many was corrected. */
const CORRECTED = 10;
/** Tables that hold a row for each reading or plate. */
const LARGE = ["plate_recognitions", "recognition_requests", "plates"];

const principal = anonymousPrincipal("test");
const PAGE = { size: 20, backward: false, after: null, before: null };
const PARTS = { boxes: false, requests: false, images: false };

let database: TestDatabase;
let dataSource: DataSource;
let reads: ExplainedReads;
let recognitions: RecognitionRepository;
let plates: PlateRepository;
let plateList: PlateList;
/** What was read of one reading, which was corrected. */
let read: string;
const figures: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await promisify(execFile)(process.execPath, ["dist/src/commands/seed.js", "--rows", String(ROWS)], {
    env: { ...process.env, DATABASE_URL: database.url },
  });
  await database.query(
    `UPDATE plate_recognitions p SET read_plate_number = left(p.plate_number, 2) || 'Q' || substr(p.plate_number, 4)
      WHERE ('x' || right(id::text, 6))::bit(24)::int % ${CORRECTED} = 0`,
  );
  await database.query("VACUUM ANALYZE plate_recognitions, plates");
  const [middle] = await database.query<{ read: string }>(
    "SELECT read_plate_number AS read FROM plate_recognitions WHERE read_plate_number IS NOT NULL ORDER BY md5(id::text) LIMIT 1",
  );
  read = middle?.read ?? "";
  dataSource = createDataSource({
    url: database.url,
    poolSize: 1,
    logger: { error: () => undefined },
    entities: ENTITIES,
    migrations: MIGRATIONS,
  });
  await dataSource.initialize();
  reads = new ExplainedReads(database.url);
  await reads.open();
  const tables = new RecognitionTables(tablesOf(dataSource));
  const plateTable = new PlateTable(tablesOf(dataSource));
  const corrected = { from: tables.fromRecognitions, columns: tables.p };
  plates = new PlateRepository(reads, plateTable, corrected);
  const lookUp = new CorrectedReadingsLookUp(reads, corrected);
  plateList = new PlateList(reads, plateTable, plates, lookUp);
  recognitions = new RecognitionRepository(reads, tables, plates, lookUp);
}, 300_000);

afterAll(async () => {
  if (process.env.PLAN_ROWS !== undefined) process.stdout.write(`${figures.join("\n")}\n`);
  await reads.close();
  await dataSource.destroy();
  await database.drop();
});

function expectLookedUp(name: string, { milliseconds, pages, nodes }: Explained, mostPages: number): void {
  const indexes = [...new Set(nodes.flatMap((node) => node["Index Name"] ?? []))];
  figures.push(`| ${name} | ${milliseconds.toFixed(1)} | ${pages} | ${indexes.join(", ")} |`);
  const readThrough = nodes.filter(
    (node) => node["Node Type"].includes("Seq Scan") && LARGE.includes(node["Relation Name"] ?? ""),
  );
  expect({ name, readThrough, indexed: indexes.length > 0 }).toEqual({ name, readThrough: [], indexed: true });
  expect({ name, tooMany: pages > mostPages ? pages : 0 }).toEqual({ name, tooMany: 0 });
}

/** By how much of it is known. */
const RARE: Record<string, (text: string) => PlateNumberFilter> = {
  eq: (text) => ({ eq: text }),
  "in two": (text) => ({ in: [text, `${text}X`] }),
  "startsWith five": (text) => ({ startsWith: text.slice(0, 5) }),
  "contains five": (text) => ({ contains: text.slice(2) }),
  "matches with ? and *": (text) => ({ matches: `${text.slice(0, 5)}?*` }),
};
const COMMON: Record<string, PlateNumberFilter> = {
  "startsWith a province": { startsWith: "粤" },
  "contains one": { contains: "Q" },
  "startsWith a rare province": { startsWith: "藏" },
  "contains three": { contains: "Q12" },
  // Which the corrected numbers meet, too.
  "contains a province": { contains: "粤" },
};
const RECOGNITION_ORDERS: RecognitionOrder[] = ["CAPTURED_AT_DESC", "RECOGNIZED_AT_ASC", "CONFIDENCE_DESC"];
const PLATE_ORDERS: PlateOrder[] = ["LAST_SEEN_AT_DESC", "FIRST_SEEN_AT_ASC", "SIGHTINGS_DESC", "NUMBER_ASC"];

test.each(
  Object.entries(RARE).flatMap(([name, filterOf]) => RECOGNITION_ORDERS.map((order) => ({ name, order, filterOf }))),
)("plateRecognitions, $name of what was read and corrected, $order", async ({ name, order, filterOf }) => {
  let found = 0;
  const work = async (): Promise<void> => {
    const page = { ...PAGE, order, parts: PARTS };
    found = (await recognitions.findPage(principal, { plateNumber: filterOf(read) }, page)).rows.length;
  };
  expectLookedUp(`plateRecognitions ${name}, ${order}`, await reads.explained(work), 2000);
  expect(found).toBeGreaterThan(0);
});

test.each(Object.entries(RARE).flatMap(([name, filterOf]) => PLATE_ORDERS.map((order) => ({ name, order, filterOf }))))(
  "plates, $name of what was read and corrected, $order",
  async ({ name, order, filterOf }) => {
    let found = 0;
    const work = async (): Promise<void> => {
      found = (await plateList.findPage(principal, { number: filterOf(read) }, { ...PAGE, order })).rows.length;
    };
    expectLookedUp(`plates ${name}, ${order}`, await reads.explained(work), 2000);
    expect(found).toBeGreaterThan(0);
  },
);

test.each(
  Object.entries(COMMON).flatMap(([name, filter]) => RECOGNITION_ORDERS.map((order) => ({ name, order, filter }))),
)("plateRecognitions, $name, which many meet, $order", async ({ name, order, filter }) => {
  const work = (): Promise<unknown> =>
    recognitions.findPage(principal, { plateNumber: filter }, { ...PAGE, order, parts: PARTS });
  expectLookedUp(`plateRecognitions ${name}, ${order}`, await reads.explained(work), 5000);
});

test.each(Object.entries(COMMON).flatMap(([name, filter]) => PLATE_ORDERS.map((order) => ({ name, order, filter }))))(
  "plates, $name, which many meet, $order",
  async ({ name, order, filter }) => {
    const work = (): Promise<unknown> => plateList.findPage(principal, { number: filter }, { ...PAGE, order });
    // By number, all corrected readings that meet the condition may be compared with their numbers, a page each.
    const pages = order === "NUMBER_ASC" ? 5000 + ROWS / CORRECTED : 5000;
    expectLookedUp(`plates ${name}, ${order}`, await reads.explained(work), pages);
  },
);

test("a plate by what was read, and plates like it", async () => {
  expectLookedUp(
    "plate, by what was read",
    await reads.explained(() => plates.findPlatesReadAs(principal, [read])),
    100,
  );
  expectLookedUp("similarPlates", await reads.explained(() => plates.findSimilar(principal, read, 2, 10)), 2000);
});
