/** `npm run seed -- --rows 1000000`: fills a database with plausible readings for trials, by COPY, in batches. */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { MIGRATIONS } from "../../migrations/index.js";
import { readConfig } from "../config.js";
import { Copier } from "../database/copy.js";
import { startEmbeddedServer } from "../database/embedded.server.js";
import { migrateAt } from "../database/migrations.js";
import { createLogger } from "../logger.js";
import { startProgressBar } from "./progress.bar.js";
import { ENTITIES } from "../entities.js";
import { BUILT_IN_PARTNER_ID } from "../accounts/store/partner.entity.js";
import { RECOGNITION_COLUMNS, REQUEST_COLUMNS, trialReadings } from "./seed.rows.js";

const BATCH_ROWS = 20_000;

if (existsSync(".env")) process.loadEnvFile(".env");
const rows = rowsAsked();
const { database, logLevel } = readConfig();
const logger = createLogger(logLevel);
const embedded = database.url === null ? await startEmbeddedServer(database.dataDir, logger) : null;
try {
  const url = embedded?.url ?? database.url ?? "";
  await migrateAt({ url, logger, entities: ENTITIES, migrations: MIGRATIONS });
  await seed(url);
} finally {
  await embedded?.stop();
}

async function seed(url: string): Promise<void> {
  const started = performance.now();
  const copier = await Copier.connect(url);
  const bar = startProgressBar(rows, "rows");
  try {
    for (let done = 0; done < rows; done += BATCH_ROWS) {
      const batch = [...trialReadings(BUILT_IN_PARTNER_ID, rows, done, Math.min(done + BATCH_ROWS, rows))];
      await copier.load(
        { table: "recognition_requests", columns: REQUEST_COLUMNS, rows: batch.map(({ request }) => request) },
        {
          table: "plate_recognitions",
          columns: RECOGNITION_COLUMNS,
          rows: batch.map(({ recognition }) => recognition),
        },
      );
      bar.add(batch.length);
    }
    await copier.settle("recognition_requests", "plate_recognitions", "plates");
  } finally {
    bar.stop();
    await copier.end();
  }
  process.stdout.write(`${rows} rows in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

function rowsAsked(): number {
  const { values } = parseArgs({ options: { rows: { type: "string", default: "1000000" } } });
  const asked = Number(values.rows);
  if (Number.isInteger(asked) && asked > 0 && asked <= 100_000_000) return asked;
  process.stderr.write(`--rows must be a whole number from 1 to 100000000, and is ${values.rows}.\n`);
  process.exit(1);
}
