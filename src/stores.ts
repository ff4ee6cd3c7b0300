/** The stores of the program: connected, wired to their tables, and released. */
import { MIGRATIONS } from "../migrations/index.js";
import { missingScope, type Principal } from "./accounts/principal.js";
import type { ApiScope } from "./accounts/scopes.js";
import type { RateLimitClient } from "./accounts/rate.limiter.js";
import { VendorCallStore } from "./accounts/store/vendor-call.store.js";
import { AccountStore } from "./accounts/store/account.store.js";
import { AuditRepository } from "./accounts/store/audit.repository.js";
import { AuditStore, AuditTable } from "./accounts/store/audit.store.js";
import { rateLimitClient } from "./accounts/store/rate-limit.client.js";
import type { Config } from "./config.js";
import { createDataSource } from "./database/data-source.js";
import { watchRepositories } from "./database/repository.statements.js";
import { Database, type InTransaction, type ServerPoolLoad } from "./database/database.js";
import { waitForDatabase } from "./database/database.wait.js";
import { startEmbeddedServer } from "./database/embedded.server.js";
import { tablesOf } from "./database/entity.table.js";
import { migrateAt, refuseOtherVersion } from "./database/migrations.js";
import type { LogPosition } from "./database/log.position.js";
import type { Reader } from "./database/statement.js";
import type { ServerHealth } from "./database/server.health.js";
import { ServerPresence } from "./database/server.presence.js";
import type { StatementObserver } from "./database/statement.watch.js";
import { ENTITIES } from "./entities.js";
import type { Repositories } from "./graphql/loaders.js";
import type { Logger } from "./logger.js";
import type { Release } from "./teardown.js";
import { CorrectedReadingsLookUp } from "./plate-records/corrected.readings.js";
import { PlateList } from "./plate-records/plate.list.js";
import { PlateRepository } from "./plate-records/plate.repository.js";
import { PlateTable } from "./plate-records/plate.table.js";
import { ErasedUsageEntity } from "./accounts/store/erased-usage.entity.js";
import type { ErasureStores } from "./recognitions/erasure.service.js";
import { ErasureStore } from "./recognitions/store/erasure.store.js";
import { IdempotencyKeyEntity } from "./recognitions/store/idempotency-key.entity.js";
import type { CorrectionStores } from "./recognitions/correction.service.js";
import { CorrectionRepository } from "./recognitions/store/correction.repository.js";
import { CorrectionStore } from "./recognitions/store/correction.store.js";
import { CorrectionTable } from "./recognitions/store/correction.table.js";
import { Idempotency } from "./recognitions/idempotency.js";
import type { RecognitionStores } from "./recognitions/recognition.writer.js";
import { AnswerStore } from "./recognitions/store/answer.store.js";
import { CameraRepository, CameraTable } from "./recognitions/store/camera.repository.js";
import { IdempotencyClaims, IdempotencyStore, IdempotencyTables } from "./recognitions/store/idempotency.store.js";
import { RecognitionRepository } from "./recognitions/store/recognition.repository.js";
import { RecognitionStore } from "./recognitions/store/recognition.store.js";
import { RecognitionTables } from "./recognitions/store/recognition.tables.js";
import { RequestRepository } from "./recognitions/store/request.repository.js";
import { StoreProbe } from "./recognitions/store/store.probe.js";
import { UsageRepository, UsageTables } from "./statistics/usage.repository.js";
import { StatisticsRepository } from "./statistics/statistics.repository.js";

export interface Stores {
  /** For the person who started the program, such as `PostgreSQL at db.example.com:5432`. */
  readonly description: string;
  /**
   * Reads for this principal, which sees what it stored itself, and everything up to `since`. Without the scope READ each of them rejects, those of the
   * audit log without ADMIN.
   */
  readsFor(principal: Principal, since: LogPosition): Repositories;
  /** The position of the log after the principal's last write through this server; null where no replica could be behind it. */
  positionOf(principal: Principal): LogPosition | null;
  readonly accounts: AccountStore;
  readonly idempotency: Idempotency;
  readonly answers: AnswerStore;
  /** @param dailyLimit calls in a day; null is no limit */
  vendorCalls(dailyLimit: number | null): VendorCallStore;
  /** For the requests that are counted. */
  readonly rateLimitClient: RateLimitClient;
  readonly inTransaction: InTransaction<RecognitionStores & CorrectionStores & ErasureStores>;
  /** Settles only when the embedded database has ended for good. */
  readonly lost: Promise<Error>;
  /** Rejects while nothing can be stored. */
  checkReady(): Promise<void>;
  /** For the metrics: never rejects. */
  health(): Promise<readonly ServerHealth[]>;
  loads(): readonly ServerPoolLoad[];
}

/** Every read of a record goes through this reader. */
function readerFor(principal: Principal, scope: ApiScope, database: Database, since: LogPosition): Reader {
  if (principal.scopes.has(scope)) return database.readerFor(principal.clientId, since);
  return { rows: () => Promise.reject(missingScope(scope)) };
}

/** Connections of TypeORM's own, for what goes through its repositories, beside those of the statements. */
const REPOSITORY_CONNECTIONS = 2;

/** What is opened is added to `releases`, to be run backwards. */
export async function openStores(
  config: Config["database"],
  logger: Logger,
  onStatement: StatementObserver,
  releases: Release[],
): Promise<Stores> {
  let onLost: (cause: Error) => void = () => undefined;
  const lost = new Promise<Error>((resolve) => (onLost = resolve));
  const embedded = config.url === null ? await startEmbeddedServer(config.dataDir, logger, { onLost }) : null;
  if (embedded) releases.push(() => embedded.stop());
  const url = embedded?.url ?? config.url ?? "";
  const schema = { url, logger, entities: ENTITIES, migrations: MIGRATIONS };
  if (!embedded) await waitForDatabase(url, config.waitMs, logger);
  // A database that others run is changed only by `npm run migrate`.
  if (embedded) await migrateAt(schema);
  const { connectTimeoutMs, statementTimeoutMs } = config;
  const dataSource = createDataSource({
    ...schema,
    poolSize: REPOSITORY_CONNECTIONS,
    connectTimeoutMs,
    statementTimeoutMs,
  });
  await dataSource.initialize();
  releases.push(() => dataSource.destroy());
  await refuseOtherVersion(dataSource);
  watchRepositories(dataSource, onStatement);
  const database = new Database({ ...config, url }, logger, onStatement);
  releases.push(() => database.close());

  const tableOf = tablesOf(dataSource);
  const recognitionTables = new RecognitionTables(tableOf);
  const plateTable = new PlateTable(tableOf);
  const cameraTable = new CameraTable(tableOf);
  const correctionTable = new CorrectionTable(tableOf);
  const auditTable = new AuditTable(tableOf);
  const corrected = { from: recognitionTables.fromRecognitions, columns: recognitionTables.p };
  const repositoriesOn = (reader: Reader): Omit<Repositories, "audit"> => {
    const plates = new PlateRepository(reader, plateTable, corrected);
    const lookUp = new CorrectedReadingsLookUp(reader, corrected);
    return {
      recognitions: new RecognitionRepository(reader, recognitionTables, plates, lookUp),
      requests: new RequestRepository(reader, recognitionTables),
      plates,
      plateList: new PlateList(reader, plateTable, plates, lookUp),
      cameras: new CameraRepository(reader, cameraTable, recognitionTables),
      statistics: new StatisticsRepository(reader, recognitionTables),
      corrections: new CorrectionRepository(reader, correctionTable),
      usage: new UsageRepository(reader, recognitionTables, usageTables),
    };
  };
  const usageTables = new UsageTables(tableOf);
  const keyTables = new IdempotencyTables(tableOf);
  const presence = await ServerPresence.start(url, logger);
  releases.push(() => presence.close());
  const erasureTables = {
    recognitions: recognitionTables,
    corrections: correctionTable,
    keys: tableOf(IdempotencyKeyEntity),
    usage: tableOf(ErasedUsageEntity),
  };
  const transactions = database.transactions((transaction) => transaction);
  const probe = new StoreProbe(database, recognitionTables);
  return {
    lost,
    accounts: new AccountStore(dataSource),
    idempotency: new Idempotency(new IdempotencyClaims(transactions, keyTables), () => presence.serverId),
    answers: new AnswerStore(transactions, recognitionTables, tableOf, (clientId) =>
      repositoriesOn(database.readerFor(clientId)),
    ),
    vendorCalls: (dailyLimit) => new VendorCallStore(transactions, tableOf, dailyLimit),
    rateLimitClient: rateLimitClient(dataSource),
    description: embedded?.description ?? `PostgreSQL at ${new URL(url).host}`,
    readsFor: (principal, since) => ({
      ...repositoriesOn(readerFor(principal, "READ", database, since)),
      audit: new AuditRepository(readerFor(principal, "ADMIN", database, since), auditTable),
    }),
    positionOf: ({ clientId }) => database.positionOf(clientId),
    inTransaction: database.transactions((transaction) => ({
      recognitions: new RecognitionStore(transaction, recognitionTables),
      keys: new IdempotencyStore(transaction, keyTables),
      corrections: new CorrectionStore(transaction, recognitionTables, correctionTable, plateTable),
      audit: new AuditStore(transaction, auditTable),
      erasure: new ErasureStore(transaction, erasureTables, repositoriesOn(transaction)),
    })),
    health: () => database.health(),
    loads: () => database.loads,
    checkReady: async () => {
      await database.ping();
      await probe.check();
    },
  };
}
