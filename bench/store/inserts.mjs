/**
 * `npm run bench:inserts`: what each index, the counting of plates and the references to the request and to the partner cost an insert: the same readings
 * stored with and without it, in a transaction that is rolled back. To bench/RESULTS.md; `--rows 1000000`, `--rounds 5`.
 */
import { parseArgs } from "node:util";
import pg from "pg";
import { middle, table } from "../tables.mjs";
import { openCopy } from "./database.mjs";
import { PARTNER } from "./reading.mjs";
import { writeSection } from "./results.mjs";

const READINGS = 4000;
const { values: options } = parseArgs({
  options: { rows: { type: "string", default: "1000000" }, rounds: { type: "string", default: "5" } },
});

const WITHOUT = {
  "counting plates": ["ALTER TABLE plate_recognitions DISABLE TRIGGER count_plates_added"],
  "counting cameras": ["ALTER TABLE plate_recognitions DISABLE TRIGGER count_readings_of_camera_added"],
  plate_numbers_by_search_key: ["DROP INDEX plate_numbers_by_search_key"],
  plate_numbers_by_substring: ["DROP INDEX plate_numbers_by_substring"],
  "orders of plates": ["DROP INDEX plates_by_last_seen_at, plates_by_first_seen_at, plates_by_sightings"],
  "the reference to the request": ["ALTER TABLE plate_recognitions DROP CONSTRAINT plate_recognitions_request_fkey"],
  "the reference to the partner": [
    "ALTER TABLE recognition_requests DROP CONSTRAINT recognition_requests_partner_fkey",
  ],
};
for (const index of ["captured_at", "recognized_at", "confidence", "plate", "camera", "type", "request"])
  WITHOUT[`plate_recognitions_by_${index}`] = [`DROP INDEX plate_recognitions_by_${index}`];

/** Plates that were seen before, and such as nobody has. */
const PLATES = {
  seen: `SELECT number FROM plates WHERE partner_id = '${PARTNER}' ORDER BY md5(number || 'x') LIMIT ${READINGS}`,
  new: `SELECT '粤Z' || i || 'X' AS number FROM generate_series(10001, ${10_000 + READINGS}) AS i`,
};

const STORE = `DO $$ DECLARE plate record; attempt uuid; BEGIN
  FOR plate IN SELECT number FROM trial LOOP
    attempt := uuidv7();
    INSERT INTO recognition_requests (id, partner_id, status, engine, source, image_sha256, image_byte_size, image_format, image_width, image_height,
      duration_ms, created_at)
      VALUES (attempt, '${PARTNER}', 'SUCCEEDED', 'LOCAL', 'UPLOAD', sha256('x'), 70, 'PNG', 1, 1, 1, clock_timestamp());
    INSERT INTO plate_recognitions (id, partner_id, request_id, rank, plate_number, province, color, type, confidence, brightness, direction,
      box_left, box_top, box_right, box_bottom, captured_at, recognized_at, camera_id, engine)
      VALUES (uuidv7(), '${PARTNER}', attempt, 0, plate.number, '粤', 'BLUE', 'BLUE', 97, 120, 'UNKNOWN', 1, 1, 9, 9, clock_timestamp(), clock_timestamp(),
        'camera-7', 'LOCAL');
  END LOOP; END $$`;

const database = await openCopy(Number(options.rows));
const client = new pg.Client({ connectionString: database.url });
await client.connect();
/** Microseconds by part and kind of plate: with everything and, beside it, without the part. */
const costs = {};
try {
  for (let round = 0; round <= Number(options.rounds); round += 1) {
    for (const [name, changes] of Object.entries(WITHOUT)) {
      for (const [kind, plates] of Object.entries(PLATES)) {
        // Both side by side: the machine's own pace changes more than some of the parts cost.
        const cost = await microsecondsEach([], plates);
        const without = await microsecondsEach(changes, plates);
        // The first round only warms up.
        if (round === 0) continue;
        const measured = ((costs[name] ??= {})[kind] ??= { whole: [], without: [] });
        measured.whole.push(cost);
        measured.without.push(without);
      }
    }
    console.log(`round ${round} of ${options.rounds}`);
  }
} finally {
  await client.end();
  await database.close();
}

const wholes = (kind) => Object.values(costs).flatMap((part) => part[kind].whole);
/** By the quickest rounds: what disturbs a measurement only makes it longer. */
const saved = ({ whole, without }) => (Math.min(...whole) - Math.min(...without)).toFixed(0);
const text = [
  `Microseconds that PostgreSQL takes to store one reading and its request at ${Number(options.rows).toLocaleString("en")} rows, without the way there ` +
    `and the commit: ${middle(wholes("seen")).toFixed(0)} for a plate seen before, ${middle(wholes("new")).toFixed(0)} for a new one. What each part has of that ` +
    `(the quickest of ${options.rounds} rounds with it less the quickest without; a few of them are noise):`,
  table(
    ["part", "a plate seen before", "a new plate"],
    Object.entries(costs).map(([name, { seen, new: unseen }]) => [
      name.includes("_by_") ? `\`${name}\`` : name,
      saved(seen),
      saved(unseen),
    ]),
  ),
].join("\n\n");
console.log(text);
await writeSection("inserts", text);

async function microsecondsEach(changes, plates) {
  await client.query("BEGIN");
  try {
    for (const change of changes) await client.query(change);
    await client.query(`CREATE TEMPORARY TABLE trial ON COMMIT DROP AS ${plates}`);
    const started = performance.now();
    await client.query(STORE);
    return ((performance.now() - started) * 1000) / READINGS;
  } finally {
    await client.query("ROLLBACK");
  }
}
