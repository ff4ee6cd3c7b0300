/** The composition root: everything is built and wired here by hand, and released in reverse. */
import { fileURLToPath } from "node:url";
import { MIGRATIONS } from "../migrations/index.js";
import type { Config } from "./config.js";
import { createDataSource } from "./database/data-source.js";
import { Database } from "./database/database.js";
import { startEmbeddedServer } from "./database/embedded.server.js";
import { migrateAt, refusePending } from "./database/migrations.js";
import type { Reader } from "./database/statement.js";
import { createContext } from "./graphql/context.js";
import { startGraphQL } from "./graphql/graphql.server.js";
import type { Repositories } from "./graphql/loaders.js";
import { RecognizeResolver } from "./graphql/resolvers/recognize.resolver.js";
import { createSchema } from "./graphql/schema.js";
import { ByteBudget } from "./http/byte.budget.js";
import { callerCheck } from "./http/caller.check.js";
import { closeHttpServer, createHttpServer, SANDBOX_ORIGINS } from "./http/http.server.js";
import { Metrics } from "./http/metrics.js";
import { siteGuard } from "./http/site.guard.js";
import { JuheClient } from "./juhe/juhe.client.js";
import type { Logger } from "./logger.js";
import { ENTITIES } from "./entities.js";
import { PlateRepository } from "./plate-records/plate.repository.js";
import { RecognitionRepository } from "./recognitions/store/recognition.repository.js";
import { RecognitionService, type Engines } from "./recognitions/recognition.service.js";
import { RecognitionStore } from "./recognitions/store/recognition.store.js";
import { RequestRepository } from "./recognitions/store/request.repository.js";
import { StatisticsRepository } from "./statistics/statistics.repository.js";
import { JuheThenLocalEngine } from "./engines/juhe-then-local.engine.js";
import { JuheEngine } from "./engines/juhe.engine.js";
import { LocalThenJuheEngine } from "./engines/local-then-juhe.engine.js";
import { LocalEngine } from "./engines/local/local.engine.js";
import { releaseAll, type Release } from "./teardown.js";

export interface App {
  /** Such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** In words, for the person who started it. */
  readonly engine: string;
  readonly database: string;
  /** Settles only when a part that nothing works without has ended for good. */
  readonly lost: Promise<Error>;
  /** Waits for requests in flight, up to a deadline or until `hurry` is aborted, then releases everything. */
  stop(hurry?: AbortSignal): Promise<void>;
}

type StartEngines = (config: Config, logger: Logger, releases: Release[]) => Promise<Engines>;

/**
 * Starts everything that `config` asks for; when a part fails to start, those before it are released again. Measurements of everything but the
 * recognition bring recognisers of their own.
 */
export async function startApp(config: Config, logger: Logger, enginesOf: StartEngines = startEngines): Promise<App> {
  const releases: Release[] = [];
  const stop = (hurry?: AbortSignal): Promise<void> => releaseAll(releases, hurry);
  try {
    return { ...(await start(config, logger, enginesOf, releases)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  config: Config,
  logger: Logger,
  enginesOf: StartEngines,
  releases: Release[],
): Promise<Omit<App, "stop">> {
  const metrics = new Metrics();
  // The engine's models load while the database starts.
  const [engines, store] = await settled(
    enginesOf(config, logger, releases),
    startDatabase(config, logger, metrics, releases),
  );
  const service = new RecognitionService(
    engines,
    new RecognitionStore(store.database),
    config.images,
    logger,
    (attempt) => {
      metrics.recognitions.inc({ engine: attempt.engine, status: attempt.status });
      metrics.recognitionSeconds.observe({ engine: attempt.engine }, attempt.seconds);
    },
  );
  const schema = await createSchema([new RecognizeResolver(service, config.images)]);
  const graphql = await startGraphQL(schema, logger, config.operations);
  releases.push(() => graphql.server.stop());
  const allowedOrigins = [...SANDBOX_ORIGINS, ...config.http.corsOrigins];
  const http = await createHttpServer({
    ...config.http,
    graphql,
    service,
    metrics,
    logger,
    createContext: (principal, signal) =>
      createContext(principal, repositoriesOn(store.database.readerFor(principal.clientId)), signal),
    checkSite: siteGuard({ ...config.http, allowedOrigins }),
    checkCaller: callerCheck(config.allowAnonymous),
    checkReady: () => store.database.ping(),
    maxImageBytes: config.images.maxBytes,
    allowedOrigins,
    budget: new ByteBudget(config.http.maxBytesInFlight),
  });
  releases.push((hurry) => closeHttpServer(http, hurry));
  const url = await http.listen({ host: config.http.host, port: config.http.port });
  return { url, engine: config.recognizer.mode, database: store.description, lost: store.lost };
}

function repositoriesOn(reader: Reader): Repositories {
  const plates = new PlateRepository(reader);
  return {
    recognitions: new RecognitionRepository(reader, plates),
    requests: new RequestRepository(reader),
    plates,
    statistics: new StatisticsRepository(reader),
  };
}

/** Waits for both even when one fails, so that whatever the other started is known and can be released. */
async function settled<First, Second>(first: Promise<First>, second: Promise<Second>): Promise<[First, Second]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

async function startDatabase(config: Config, logger: Logger, metrics: Metrics, releases: Release[]) {
  let onLost: (cause: Error) => void = () => undefined;
  const lost = new Promise<Error>((resolve) => (onLost = resolve));
  const embedded =
    config.database.url === null ? await startEmbeddedServer(config.database.dataDir, logger, { onLost }) : null;
  if (embedded) releases.push(() => embedded.stop());
  const url = embedded?.url ?? config.database.url ?? "";
  // Nobody else looks after the embedded database; a server's own is changed only by `npm run migrate`.
  if (embedded) await migrateAt({ url, logger, entities: ENTITIES, migrations: MIGRATIONS });
  const dataSource = createDataSource({
    ...config.database,
    url,
    logger,
    entities: ENTITIES,
    migrations: MIGRATIONS,
  });
  await dataSource.initialize();
  releases.push(() => dataSource.destroy());
  if (!embedded) await refusePending(dataSource);
  const database = new Database(dataSource, logger, () => metrics.databaseStatements.inc());
  releases.push(async () => database.close());
  return { database, lost, description: embedded?.description ?? `PostgreSQL at ${new URL(url).host}` };
}

async function startEngines(config: Config, logger: Logger, releases: Release[]): Promise<Engines> {
  const local = await LocalEngine.start({
    modelsDir: fileURLToPath(new URL("../../models", import.meta.url)),
    ...config.local,
    logger,
  });
  releases.push(() => local.close());
  if (config.juhe === null) return { preferred: local, preferredEngine: "LOCAL", byEngine: { LOCAL: local } };
  const client = new JuheClient(config.juhe);
  releases.push(() => client.close());
  const juhe = new JuheEngine(client, logger);
  const preferred = {
    local,
    juhe,
    "juhe-then-local": new JuheThenLocalEngine(juhe, local),
    "local-then-juhe": new LocalThenJuheEngine(local, juhe, config.recognizer.localMinConfidence),
  }[config.recognizer.mode];
  const preferredEngine = config.recognizer.mode.startsWith("juhe") ? "JUHE" : "LOCAL";
  return { preferred, preferredEngine, byEngine: { LOCAL: local, JUHE: juhe } };
}
