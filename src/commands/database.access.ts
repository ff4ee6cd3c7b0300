/** The database that a command works on: the one at DATABASE_URL, or the embedded one, whether a server runs on it or not. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { MIGRATIONS } from "../../migrations/index.js";
import type { Config } from "../config.js";
import { waitForDatabase } from "../database/database.wait.js";
import { runningEmbeddedUrl } from "../database/embedded.address.js";
import { startEmbeddedServer } from "../database/embedded.server.js";
import { ENTITIES } from "../entities.js";
import { createLogger, type Logger } from "../logger.js";

/** Commands print their own answers; warnings of the libraries would stand between them. */
export const QUIET = createLogger("silent");

export const TABLES = { entities: ENTITIES, migrations: MIGRATIONS };

/**
 * Also beside a server that runs on the embedded database; without one it is started for as long as `work` takes.
 * @param make brings an embedded database that no server runs on up to date first, also a new one
 * @throws Error where there is no embedded database yet and `make` is not given
 */
export async function withDatabaseUrl<Result>(
  database: Config["database"],
  work: (url: string) => Promise<Result>,
  make?: (url: string) => Promise<unknown>,
): Promise<Result> {
  const { url, dataDir } = database;
  const running = url === null ? await runningEmbeddedUrl(dataDir) : null;
  if (running !== null) return work(running);
  if (url === null && make === undefined && !existsSync(join(resolve(dataDir), "postgres", "PG_VERSION"))) {
    throw new Error(`There is no embedded database in ${resolve(dataDir)} (DATA_DIR); the first start makes one.`);
  }
  return withUnusedDatabase(database, QUIET, async (unused) => {
    if (url === null) await make?.(unused);
    return work(unused);
  });
}

/**
 * At DATABASE_URL, or the embedded PostgreSQL, started for as long as `work` takes.
 * @throws Error that names the process which runs the embedded one already
 */
export async function withUnusedDatabase<Result>(
  { url, dataDir, waitMs }: Config["database"],
  logger: Logger,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  if (url !== null) {
    await waitForDatabase(url, waitMs, logger);
    return work(url);
  }
  const embedded = await startEmbeddedServer(dataDir, logger);
  try {
    return await work(embedded.url);
  } finally {
    await embedded.stop();
  }
}
