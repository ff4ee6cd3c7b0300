/** The composition root: everything is built and wired here by hand, and released in reverse. */
// Decorators of types and entities need it before they run.
import "reflect-metadata";
import { fileURLToPath } from "node:url";
import { Admission } from "./accounts/admission.js";
import { Authenticator } from "./accounts/authenticator.js";
import { VendorCalls } from "./accounts/vendor.calls.js";
import { EarlierAnswers } from "./recognitions/earlier.answers.js";
import { RecognitionWriter } from "./recognitions/recognition.writer.js";
import { RateLimiter } from "./accounts/rate.limiter.js";
import { BatchedSearchLog, NO_SEARCH_LOG, type SearchLog } from "./accounts/search.log.js";
import type { NewAuditEntry } from "./accounts/store/audit.store.js";
import type { Config } from "./config.js";
import { createContext } from "./graphql/context.js";
import { startGraphQL } from "./graphql/graphql.server.js";
import { CorrectionResolver } from "./graphql/resolvers/correction.resolver.js";
import { ErasureResolver } from "./graphql/resolvers/erasure.resolver.js";
import { PlateResolver } from "./graphql/resolvers/plate.resolver.js";
import { RecognizeResolver } from "./graphql/resolvers/recognize.resolver.js";
import { SearchTurns } from "./graphql/search.turns.js";
import { createSchema } from "./graphql/schema.js";
import { TrustedDocuments } from "./graphql/trusted.documents.js";
import { ByteBudget } from "./http/byte.budget.js";
import { readExplorer } from "./http/explorer.assets.js";
import { closeHttpServer, createHttpServer, SANDBOX_ORIGINS } from "./http/http.server.js";
import { watchStatements, type StatementObserver } from "./database/statement.watch.js";
import { gaugeDatabase, gaugeEngines, gaugeMachine, gaugeVendor } from "./gauges.js";
import { Metrics } from "./metrics/metrics.js";
import { siteGuard } from "./http/site.guard.js";
import { JuheClient } from "./juhe/juhe.client.js";
import type { Logger } from "./logger.js";
import { RetentionJob } from "./jobs/retention.job.js";
import { ErasureService } from "./recognitions/erasure.service.js";
import { CorrectionService } from "./recognitions/correction.service.js";
import { RecognitionService, type Engines } from "./recognitions/recognition.service.js";
import { openStores, type Stores } from "./stores.js";
import { JuheThenLocalEngine } from "./engines/juhe-then-local.engine.js";
import { JuheEngine } from "./engines/juhe.engine.js";
import { LocalThenJuheEngine } from "./engines/local-then-juhe.engine.js";
import { LocalEngine } from "./engines/local/local.engine.js";
import { releaseAll, type Release } from "./teardown.js";
import { NO_TRACER, type Tracer } from "./tracing/tracer.js";

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

/** The log, and, unless there is to be none, the lines of requests. */
export interface Logs {
  logger: Logger;
  requestLogger: Logger | null;
}

/** Who is told what happens. */
interface Watch extends Logs {
  metrics: Metrics;
  tracer: Tracer;
}

const NOBODY_MAY_CALL =
  "Nobody can call this server: it takes no anonymous callers, and no API key was made. Make one: npm run keys -- create --partner NAME";

/** Starts everything that `config` asks for; when a part fails to start, those before it are released again. */
export function startApp(config: Config, logs: Logs): Promise<App> {
  const { logger } = logs;
  return starting(async (releases) => {
    const tracer = await startTracer(config, logger, releases);
    const watch = { ...logs, metrics: new Metrics(), tracer };
    // The engine's models load while the database starts. Both are waited for even when one fails, so that what the other started is released.
    const [engines, stores] = await settled(
      startEngines(config, watch, releases),
      openStores(config.database, logger, statementObserver(config, watch), releases),
    );
    return serve(config, watch, engines, stores, releases);
  });
}

/**
 * The same on engines that are given, whose owner releases them. `bench/store` measures everything but the recognition with it.
 * @public
 */
export function startServer(config: Config, logger: Logger, engines: Engines): Promise<App> {
  return starting(async (releases) => {
    const watch = { logger, requestLogger: null, metrics: new Metrics(), tracer: NO_TRACER };
    const stores = await openStores(config.database, logger, statementObserver(config, watch), releases);
    return serve(config, watch, engines, stores, releases);
  });
}

async function starting(start: (releases: Release[]) => Promise<Omit<App, "stop">>): Promise<App> {
  const releases: Release[] = [];
  const stop = (hurry?: AbortSignal): Promise<void> => releaseAll(releases, hurry);
  try {
    return { ...(await start(releases)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Loads what makes spans only where there is a collector. */
async function startTracer({ tracing }: Config, logger: Logger, releases: Release[]): Promise<Tracer> {
  if (tracing === null) return NO_TRACER;
  const { otlpTracer } = await import("./tracing/otlp.tracer.js");
  const tracer = otlpTracer(tracing, logger);
  releases.push(() => tracer.stop());
  return tracer;
}

function statementObserver({ slowStatementMs }: Config, { logger, metrics, tracer }: Watch): StatementObserver {
  return watchStatements({
    logger,
    tracer,
    slowMs: slowStatementMs,
    onSent: () => metrics.databaseStatements.inc(),
    onSlow: (server) => metrics.slowStatements.inc({ server }),
  });
}

async function serve(
  config: Config,
  { logger, requestLogger, metrics, tracer }: Watch,
  engines: Engines,
  stores: Stores,
  releases: Release[],
): Promise<Omit<App, "stop">> {
  const budget = new ByteBudget(config.http.maxBytesInFlight);
  if (engines.vendor !== null) gaugeVendor(metrics, engines.vendor);
  gaugeDatabase(metrics, stores);
  gaugeMachine(metrics, budget, config.database.url === null ? config.database.dataDir : null);
  const service = new RecognitionService(
    engines,
    new EarlierAnswers(stores.idempotency, stores.answers, config.reuseSeconds),
    new VendorCalls(stores.vendorCalls(config.juheDailyLimit), logger),
    new RecognitionWriter(stores.inTransaction, logger),
    {
      tracer,
      limits: config.images,
      onOutcome: (outcome) => metrics.recognition(outcome),
    },
  );
  if (!config.allowAnonymous && !(await stores.accounts.hasUsableKey(new Date()))) logger.warn(NOBODY_MAY_CALL);
  if (config.retentionDays !== null) {
    const partners = (): Promise<string[]> => stores.accounts.partnerIds();
    const job = new RetentionJob(stores.inTransaction, partners, config.retentionDays, logger, (requests) =>
      metrics.erasedByRetention.inc(requests),
    );
    releases.push(() => job.stop());
    job.start();
  }
  const searches = config.auditSearches ? startSearchLog(stores, logger, metrics, releases) : NO_SEARCH_LOG;
  const schema = await createSchema([
    new PlateResolver(new SearchTurns()),
    new RecognizeResolver(service, config.images),
    new CorrectionResolver(new CorrectionService(stores.inTransaction)),
    new ErasureResolver(new ErasureService(stores.inTransaction, searches)),
  ]);
  // Runs after the HTTP server is closed and before the engines and the stores are.
  releases.push(() => service.idle());
  const documents = await TrustedDocuments.load(config.trustedDocuments, schema, config.operations);
  const graphql = await startGraphQL(schema, logger, config.operations, documents);
  releases.push(() => graphql.server.stop());
  const allowedOrigins = [...SANDBOX_ORIGINS, ...config.http.corsOrigins];
  const http = await createHttpServer({
    ...config.http,
    graphql,
    explorer: await readExplorer(),
    service,
    metrics,
    logger,
    requestLogger,
    tracer,
    createContext: (principal, exchange, since) =>
      createContext(principal, stores.readsFor(principal, since), exchange, searches),
    positionOf: (principal) => stores.positionOf(principal),
    checkSite: siteGuard({ ...config.http, allowedOrigins }),
    admission: new Admission(
      new Authenticator(stores.accounts, config.allowAnonymous, logger),
      new RateLimiter(stores.rateLimitClient),
      config.rateLimits,
    ),
    allowAnonymous: config.allowAnonymous,
    checkReady: () => stores.checkReady(),
    vendor: engines.vendor,
    maxImageBytes: config.images.maxBytes,
    allowedOrigins,
    budget,
  });
  releases.push((hurry) => closeHttpServer(http, hurry));
  const url = await http.listen({ host: config.http.host, port: config.http.port });
  return { url, engine: config.recognizer.mode, database: stores.description, lost: stores.lost };
}

function startSearchLog({ inTransaction }: Stores, logger: Logger, metrics: Metrics, releases: Release[]): SearchLog {
  const write = (entries: readonly NewAuditEntry[]): Promise<void> =>
    inTransaction("search log", ({ audit }) => {
      audit.add(entries);
    });
  const log = new BatchedSearchLog(write, logger, { onLost: (searches) => metrics.lostSearches.inc(searches) });
  const help = "Plate searches that wait to be written to the audit log, at most 10,000.";
  metrics.gauge("plategraph_audit_searches_waiting", help, [], () => [[{}, log.size]]);
  releases.push(() => log.close());
  return log;
}

async function settled<First, Second>(first: Promise<First>, second: Promise<Second>): Promise<[First, Second]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

async function startEngines(config: Config, { logger, metrics, tracer }: Watch, releases: Release[]): Promise<Engines> {
  const local = await LocalEngine.start({
    modelsDir: fileURLToPath(new URL("../../models", import.meta.url)),
    ...config.local,
    logger,
    tracer,
  });
  releases.push(() => local.close());
  const { queueLength } = config.local;
  if (config.juhe === null) {
    gaugeEngines(metrics, local, queueLength, null);
    return { preferred: local, preferredEngine: "LOCAL", byEngine: { LOCAL: local }, vendor: null };
  }
  const client = new JuheClient({ ...config.juhe, tracer });
  releases.push(() => client.close());
  const juhe = new JuheEngine(client, logger, (outcome, ms) => metrics.vendorCall(outcome, ms));
  gaugeEngines(metrics, local, queueLength, juhe);
  const preferred = {
    local,
    juhe,
    "juhe-then-local": new JuheThenLocalEngine(juhe, local),
    "local-then-juhe": new LocalThenJuheEngine(local, juhe, config.recognizer.localMinConfidence),
  }[config.recognizer.mode];
  const preferredEngine = config.recognizer.mode.startsWith("juhe") ? "JUHE" : "LOCAL";
  return { preferred, preferredEngine, byEngine: { LOCAL: local, JUHE: juhe }, vendor: juhe };
}
