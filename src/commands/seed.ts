/** `npm run seed -- --rows 1000000`: fills a database with readings for trials, by COPY, in batches. */
import { parseArgs } from "node:util";
import { MIGRATIONS } from "../../migrations/index.js";
import { Copier, type Copy } from "../database/copy.js";
import { waitForDatabase } from "../database/database.wait.js";
import { withDataSource } from "../database/data-source.js";
import { tablesOf, type EntityTable, type Property, type TableOf } from "../database/entity.table.js";
import { startEmbeddedServer } from "../database/embedded.server.js";
import { migrateAt } from "../database/migrations.js";
import { createLogger } from "../logger.js";
import { configOrExit, exit, loadEnvFileOrExit, oneLine } from "./command.fault.js";
import { startProgressBar } from "./progress.bar.js";
import { ENTITIES } from "../entities.js";
import { PlateEntity } from "../plate-records/plate.entity.js";
import { PlateRecognitionEntity } from "../recognitions/store/plate-recognition.entity.js";
import { RecognitionRequestEntity } from "../recognitions/store/recognition-request.entity.js";
import { BUILT_IN_PARTNER_ID } from "../accounts/store/partner.entity.js";
import { RECOGNITION_PROPERTIES, REQUEST_PROPERTIES, trialReadings } from "./seed.rows.js";

const USAGE = `Usage: npm run seed -- [--rows 1000000]

Fills the database at DATABASE_URL (without it, the embedded one in DATA_DIR) with trial readings: real formats, a year of dates, few plates seen often.`;

const BATCH_ROWS = 20_000;

loadEnvFileOrExit();
const rows = rowsAsked();
const { database, logLevel } = configOrExit();
const logger = createLogger(logLevel);
const embedded =
  database.url === null
    ? await startEmbeddedServer(database.dataDir, logger).catch((error: unknown) => exit(oneLine(error), 1))
    : null;
try {
  if (database.url !== null) await waitForDatabase(database.url, database.waitMs, logger);
  const url = embedded?.url ?? database.url ?? "";
  const schema = { url, logger, entities: ENTITIES, migrations: MIGRATIONS };
  await migrateAt(schema);
  await seed(url, await withDataSource({ ...schema, poolSize: 1 }, async (dataSource) => tablesOf(dataSource)));
} catch (error) {
  process.stderr.write(`${oneLine(error)}\n`);
  process.exitCode = 1;
} finally {
  await embedded?.stop();
}

async function seed(url: string, tableOf: TableOf): Promise<void> {
  const requests = tableOf(RecognitionRequestEntity);
  const recognitions = tableOf(PlateRecognitionEntity);
  const plates = tableOf(PlateEntity);
  const started = performance.now();
  const copier = await Copier.connect(url);
  const bar = startProgressBar(rows, "rows");
  try {
    for (let done = 0; done < rows; done += BATCH_ROWS) {
      const batch = [...trialReadings(BUILT_IN_PARTNER_ID, rows, done, Math.min(done + BATCH_ROWS, rows))];
      await copier.load(
        copyOf(
          requests,
          REQUEST_PROPERTIES,
          batch.map(({ request }) => request),
        ),
        copyOf(
          recognitions,
          RECOGNITION_PROPERTIES,
          batch.map(({ recognition }) => recognition),
        ),
      );
      bar.add(batch.length);
    }
    await copier.vacuum(requests.name, recognitions.name, plates.name);
  } finally {
    bar.stop();
    await copier.end();
  }
  process.stdout.write(`${rows} rows in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

function copyOf<Entity>(
  { name, columns }: EntityTable<Entity>,
  properties: readonly Property<Entity>[],
  rows: Copy["rows"],
): Copy {
  return { table: name, columns: properties.map((property) => columns[property].name), rows };
}

function rowsAsked(): number {
  const { rows, help } = optionsGiven();
  if (help) exit(USAGE, 0);
  const asked = Number(rows);
  if (Number.isInteger(asked) && asked > 0 && asked <= 100_000_000) return asked;
  return exit(`--rows must be a whole number from 1 to 100000000, and is ${rows}.`, 1);
}

function optionsGiven(): { rows: string; help: boolean } {
  try {
    return parseArgs({
      options: { rows: { type: "string", default: "1000000" }, help: { type: "boolean", default: false } },
    }).values;
  } catch (error) {
    return exit(`${oneLine(error)} See --help.`, 1);
  }
}
