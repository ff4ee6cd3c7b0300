/** `npm run seed -- --rows 1000000`: fills a database with plausible readings for trials; made inside PostgreSQL, in batches. */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { MIGRATIONS } from "../migrations/index.js";
import { readConfig } from "./config.js";
import { createDataSource } from "./database/data-source.js";
import { startEmbeddedServer } from "./database/embedded.server.js";
import { migrate } from "./database/migrations.js";
import { createLogger } from "./logger.js";
import { ENTITIES } from "./recognitions/entities.js";
import { BUILT_IN_PARTNER_ID } from "./recognitions/partner.entity.js";

const BATCH_ROWS = 50_000;
/** Readings for each different plate, on average. */
const READINGS_PER_PLATE = 5;

/** Provinces as often as they have cars, more or less. */
const PROVINCES =
  "粤粤粤粤鲁鲁鲁鲁苏苏苏苏浙浙浙冀冀冀豫豫豫川川川京京沪沪皖皖湘湘鄂鄂陕陕辽辽闽闽晋赣桂云贵蒙黑渝津吉新甘琼宁青藏";

/** $1 how many different plates. One in eight is a new-energy plate of eight places. */
const MAKE_PLATES = `
  CREATE TEMPORARY TABLE seed_plates AS
  SELECT n, substr('${PROVINCES}', 1 + floor(random() * ${PROVINCES.length})::int, 1) AS province, green,
    substr('AAAABBBCCDEFGHJKLMNPQRSTUVWXYZ', 1 + floor(random() * 30)::int, 1)
      || CASE WHEN green THEN substr('DDDF', 1 + floor(random() * 4)::int, 1) ELSE '' END
      || lpad(floor(random() * 100000)::int::text, 5, '0') AS tail
  FROM (SELECT n, random() < 0.125 AS green FROM generate_series(0, $1::int - 1) n) plates`;

/** A UUIDv7 for the moment in column \`at\`; PostgreSQL has a function for it from 18 on only. */
const UUID_V7 = `(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3)
  || '8' || substr(md5(random()::text), 1, 15))::uuid`;

/** $1 owner, $2 rows, $3 different plates. The cube of a random number favours few plates strongly, as traffic does. */
const MAKE_ROWS = `
  WITH drawn AS MATERIALIZED (
    SELECT floor(power(random(), 3) * $3::int)::int AS n, date_trunc('milliseconds', now() - random() * interval '365 days') AS at
    FROM generate_series(1, $2::int)
  ), made AS MATERIALIZED (
    SELECT ${UUID_V7} AS id, ${UUID_V7} AS request_id, at, p.*, greatest(0, 99 - floor(power(random(), 4) * 90))::int AS confidence,
      floor(random() * 200)::int AS camera, floor(random() * 900)::int AS x, floor(random() * 500)::int AS y
    FROM drawn d JOIN seed_plates p ON p.n = d.n
  ), requests AS (
    INSERT INTO recognition_requests (id, partner_id, status, engine, source, image_sha256, image_byte_size, image_format,
      image_width, image_height, duration_ms, created_at)
    SELECT request_id, $1, 'SUCCEEDED', 'LOCAL', 'UPLOAD', sha256(request_id::text::bytea), 200000, 'JPEG', 1280, 720, 30, at FROM made
  )
  INSERT INTO plate_recognitions (id, partner_id, request_id, rank, plate_number, province, color, type, confidence, brightness,
    direction, box_left, box_top, box_right, box_bottom, captured_at, recognized_at, camera_id, engine)
  SELECT id, $1, request_id, 0, province || tail, province, CASE WHEN green THEN 'GREEN' ELSE 'BLUE' END,
    CASE WHEN green THEN 'NEW_ENERGY_SMALL' ELSE 'BLUE' END, confidence, 60 + camera % 120, 'UNKNOWN', x, y, x + 140, y + 45, at, at,
    'camera-' || camera, 'LOCAL'
  FROM made`;

if (existsSync(".env")) process.loadEnvFile(".env");
const rows = rowsAsked();
const { database, logLevel } = readConfig();
const logger = createLogger(logLevel);
const embedded = database.url === null ? await startEmbeddedServer(database.dataDir, logger) : null;
const dataSource = createDataSource({
  url: embedded?.url ?? database.url ?? "",
  poolSize: 2,
  logger,
  entities: ENTITIES,
  migrations: MIGRATIONS,
});
try {
  await dataSource.initialize();
  await migrate(dataSource);
  await seed();
} finally {
  if (dataSource.isInitialized) await dataSource.destroy();
  await embedded?.stop();
}

async function seed(): Promise<void> {
  const started = performance.now();
  // One connection throughout: the plates stand in a temporary table of its session.
  const runner = dataSource.createQueryRunner();
  try {
    const plates = Math.max(1, Math.ceil(rows / READINGS_PER_PLATE));
    await runner.query(MAKE_PLATES, [plates]);
    await runner.query("ALTER TABLE seed_plates ADD PRIMARY KEY (n)");
    for (let done = 0; done < rows;) {
      const batch = Math.min(BATCH_ROWS, rows - done);
      await runner.query(MAKE_ROWS, [BUILT_IN_PARTNER_ID, batch, plates]);
      done += batch;
      report(done, (performance.now() - started) / 1000);
    }
    await runner.query("ANALYZE recognition_requests, plate_recognitions");
  } finally {
    await runner.release();
  }
}

function report(done: number, seconds: number): void {
  const share = done / rows;
  const bar = "█".repeat(Math.round(share * 30)).padEnd(30, "░");
  const line = `${bar} ${done} of ${rows} rows, ${seconds.toFixed(0)} s`;
  // A terminal shows one line that grows; a file gets a line a batch.
  process.stdout.write(
    process.stdout.isTTY && done < rows ? `\r${line}` : `${process.stdout.isTTY ? "\r" : ""}${line}\n`,
  );
}

function rowsAsked(): number {
  const { values } = parseArgs({ options: { rows: { type: "string", default: "1000000" } } });
  const asked = Number(values.rows);
  if (Number.isInteger(asked) && asked > 0 && asked <= 100_000_000) return asked;
  process.stderr.write(`--rows must be a whole number from 1 to 100000000, and is ${values.rows}.\n`);
  process.exit(1);
}
