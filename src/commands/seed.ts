/** `npm run seed -- --rows 1000000`: fills a database with readings for trials, by COPY, in batches. */
import { Copier, type Copy } from "../database/copy.js";
import { withDataSource } from "../database/data-source.js";
import { tablesOf, type EntityTable, type Property, type TableOf } from "../database/entity.table.js";
import { migrateAt } from "../database/migrations.js";
import { createLogger } from "../logger.js";
import { CommandFault, configOrExit } from "./command.fault.js";
import { runCommand } from "./command.runner.js";
import { TABLES, withUnusedDatabase } from "./database.access.js";
import { startProgressBar } from "./progress.bar.js";
import { PlateEntity } from "../plate-records/plate.entity.js";
import { PlateRecognitionEntity } from "../recognitions/store/plate-recognition.entity.js";
import { RecognitionRequestEntity } from "../recognitions/store/recognition-request.entity.js";
import { BUILT_IN_PARTNER_ID } from "../accounts/store/partner.entity.js";
import { RECOGNITION_PROPERTIES, REQUEST_PROPERTIES, trialReadings } from "./seed.rows.js";

const USAGE = `Usage: npm run seed -- [--rows 1000000]

Fills the database at DATABASE_URL (without it, the embedded one in DATA_DIR) with trial readings: real formats, a year of dates, few plates seen often.`;

const BATCH_ROWS = 20_000;

await runCommand({
  usage: USAGE,
  options: { rows: { type: "string", default: "1000000" } },
  refuse: (problem) => new CommandFault(`${problem} See --help.`, 1),
  run: async (given) => {
    const rows = rowsAsked(given.rows);
    const { database, logLevel } = configOrExit();
    const logger = createLogger(logLevel);
    await withUnusedDatabase(database, logger, async (url) => {
      const schema = { url, logger, ...TABLES };
      await migrateAt(schema);
      const tableOf = await withDataSource({ ...schema, poolSize: 1 }, async (dataSource) => tablesOf(dataSource));
      await seed(url, tableOf, rows);
    });
  },
});

async function seed(url: string, tableOf: TableOf, rows: number): Promise<void> {
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

function rowsAsked(given: string): number {
  const asked = Number(given);
  if (Number.isInteger(asked) && asked > 0 && asked <= 100_000_000) return asked;
  throw new Error(`--rows must be a whole number from 1 to 100000000, and is ${given}.`);
}
