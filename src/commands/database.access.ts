/** The database that a command works on: the one at DATABASE_URL, or the embedded one, whether a server runs on it or not. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { MIGRATIONS } from "../../migrations/index.js";
import type { Config } from "../config.js";
import { waitForDatabase } from "../database/database.wait.js";
import { runningEmbeddedUrl } from "../database/embedded.address.js";
import { startEmbeddedServer } from "../database/embedded.server.js";
import { ENTITIES } from "../entities.js";
import { createLogger } from "../logger.js";

/** Commands print their own answers; warnings of the libraries would stand between them. */
export const QUIET = createLogger("silent");

export const TABLES = { entities: ENTITIES, migrations: MIGRATIONS };

/**
 * Also beside a server that runs on the embedded database; without one it is started for as long as `work` takes.
 * @throws Error where there is no embedded database yet
 */
export async function withDatabaseUrl<Result>(
  { url, dataDir, waitMs }: Config["database"],
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  if (url !== null) await waitForDatabase(url, waitMs, QUIET);
  const running = url ?? (await runningEmbeddedUrl(dataDir));
  if (running !== null) return work(running);
  if (!existsSync(join(resolve(dataDir), "postgres", "PG_VERSION"))) {
    throw new Error(`There is no embedded database in ${resolve(dataDir)} (DATA_DIR); the first start makes one.`);
  }
  return withStoppedEmbedded(dataDir, work);
}

/**
 * Starts the embedded PostgreSQL for `work`.
 * @throws Error that names the process which runs it already
 */
export async function withStoppedEmbedded<Result>(
  dataDir: string,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const embedded = await startEmbeddedServer(dataDir, QUIET);
  try {
    return await work(embedded.url);
  } finally {
    await embedded.stop();
  }
}
