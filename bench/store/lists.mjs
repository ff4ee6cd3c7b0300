/**
 * `npm run bench:lists -- --sizes 100000,1000000`: what the lists of requests, plates and cameras look at as the store grows: pages of 8 KiB, which do not
 * depend on how busy the machine is, and milliseconds. To bench/RESULTS.md.
 */
import { parseArgs } from "node:util";
import pg from "pg";
import { anonymousPrincipal } from "../../dist/src/accounts/principal.js";
import { createDataSource } from "../../dist/src/database/data-source.js";
import { tablesOf } from "../../dist/src/database/entity.table.js";
import { ENTITIES } from "../../dist/src/entities.js";
import { MIGRATIONS } from "../../dist/migrations/index.js";
import { CorrectedReadingsLookUp } from "../../dist/src/plate-records/corrected.readings.js";
import { PlateList } from "../../dist/src/plate-records/plate.list.js";
import { PLATE_LIST } from "../../dist/src/plate-records/plate.order.js";
import { PlateRepository } from "../../dist/src/plate-records/plate.repository.js";
import { PlateTable } from "../../dist/src/plate-records/plate.table.js";
import { CameraRepository, CameraTable } from "../../dist/src/recognitions/store/camera.repository.js";
import { RecognitionTables } from "../../dist/src/recognitions/store/recognition.tables.js";
import { RequestRepository } from "../../dist/src/recognitions/store/request.repository.js";
import { table } from "../tables.mjs";
import { openDatabase } from "./database.mjs";
import { writeSection } from "./results.mjs";

const ROUNDS = 7;
const { values: options } = parseArgs({ options: { sizes: { type: "string", default: "100000,1000000,10000000" } } });
const sizes = options.sizes.split(",").map(Number);
/** By the list's name, one for each size. */
const figures = {};
for (const rows of sizes) {
  const database = await openDatabase(rows);
  try {
    await measure(database.url);
  } finally {
    await database.close();
  }
}
const text = [
  "Pages of 8 KiB that PostgreSQL looks at for a page of 20, and in brackets the quickest of seven in milliseconds, with the measurement; rows in the store across.",
  table(
    ["list", ...sizes.map((rows) => rows.toLocaleString("en"))],
    Object.entries(figures).map(([name, cells]) => [name, ...cells]),
  ),
].join("\n\n");
console.log(text);
await writeSection("lists", text);

async function measure(url) {
  const dataSource = createDataSource({
    url,
    poolSize: 1,
    logger: { error: () => undefined },
    entities: ENTITIES,
    migrations: MIGRATIONS,
  });
  await dataSource.initialize();
  const client = new pg.Client({ connectionString: url });
  let plans = [];
  client.on("notice", ({ message }) => {
    const plan = /\{[\s\S]*\}/.exec(message ?? "")?.[0];
    if (plan !== undefined) plans.push(JSON.parse(plan).Plan);
  });
  await client.connect();
  await client.query("LOAD 'auto_explain'");
  const settings = [
    "min_duration = 0",
    "analyze = on",
    "timing = off",
    "buffers = on",
    "format = 'json'",
    "level = 'notice'",
  ];
  for (const setting of settings) await client.query(`SET auto_explain.log_${setting}`);
  // As the server plans them.
  await client.query("SET plan_cache_mode = force_generic_plan");
  const types = { getTypeParser: () => (column) => column };
  const reader = {
    rows: async ({ text, values, read }) =>
      (await client.query({ text, values, rowMode: "array", types })).rows.map((columns) => read(columns)),
  };
  const tables = new RecognitionTables(tablesOf(dataSource));
  const plateTable = new PlateTable(tablesOf(dataSource));
  const lookUp = new CorrectedReadingsLookUp(reader, { from: tables.fromRecognitions, columns: tables.p });
  const plates = new PlateRepository(reader, plateTable, lookUp.readings);
  const list = new PlateList(reader, plateTable, plates, lookUp);
  const requests = new RequestRepository(reader, tables);
  const cameras = new CameraRepository(reader, new CameraTable(tablesOf(dataSource)), tables);
  const principal = anonymousPrincipal("bench");
  const page = { size: 20, backward: false, after: null, before: null };
  const [{ sha }] = (
    await client.query("SELECT encode(image_sha256,'hex') sha FROM recognition_requests OFFSET 5000 LIMIT 1")
  ).rows;
  const num = (await client.query("SELECT number FROM plates OFFSET 5000 LIMIT 1")).rows[0].number;
  const deepRow = (
    await client.query(
      'SELECT number, to_char(last_seen_at AT TIME ZONE \'UTC\',\'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\') "lastSeenAt" FROM plates ORDER BY last_seen_at DESC, number DESC OFFSET 15000 LIMIT 1',
    )
  ).rows[0];
  const cases = {
    "recognitionRequests, newest 20": () => requests.findPage(principal, {}, { ...page, order: "CREATED_AT_DESC" }),
    "… FAILED, which none is": () =>
      requests.findPage(principal, { status: ["FAILED"] }, { ...page, order: "CREATED_AT_DESC" }),
    "… of two cameras": () =>
      requests.findPage(principal, { cameraId: ["camera-3", "camera-4"] }, { ...page, order: "CREATED_AT_DESC" }),
    "… by SHA-256": () => requests.findPage(principal, { imageSha256: sha }, { ...page, order: "CREATED_AT_DESC" }),
    "… by reference, which none has": () =>
      requests.findPage(principal, { externalReference: "none" }, { ...page, order: "CREATED_AT_DESC" }),
    "… by error code, which none has": () =>
      requests.findPage(principal, { errorCode: ["INVALID_IMAGE"] }, { ...page, order: "CREATED_AT_ASC" }),
    "plates, last seen": () => list.findPage(principal, {}, { ...page, order: "LAST_SEEN_AT_DESC" }),
    "… 15,000 deep": () =>
      list.findPage(
        principal,
        {},
        { ...page, order: "LAST_SEEN_AT_DESC", after: PLATE_LIST.positionOf("LAST_SEEN_AT_DESC", deepRow) },
      ),
    "… most sightings": () => list.findPage(principal, {}, { ...page, order: "SIGHTINGS_DESC" }),
    "… by number": () => list.findPage(principal, { number: { eq: num } }, { ...page, order: "LAST_SEEN_AT_DESC" }),
    "… starting with five characters": () =>
      list.findPage(principal, { number: { startsWith: num.slice(0, 5) } }, { ...page, order: "LAST_SEEN_AT_DESC" }),
    "… of a rare province, by sightings": () =>
      list.findPage(principal, { province: ["藏"] }, { ...page, order: "SIGHTINGS_DESC" }),
    cameras: () => cameras.findAll(principal),
  };
  for (const [name, work] of Object.entries(cases)) {
    await work();
    let pages = 0;
    let quickest = Infinity;
    for (let round = 0; round < ROUNDS; round += 1) {
      plans = [];
      const started = performance.now();
      await work();
      quickest = Math.min(quickest, performance.now() - started);
      pages = plans.reduce((sum, plan) => sum + plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], 0);
    }
    (figures[name] ??= []).push(`${pages.toLocaleString("en")} (${quickest.toFixed(1)})`);
  }
  await client.end();
  await dataSource.destroy();
}
