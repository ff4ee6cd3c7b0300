/** Waits for a database that is not up yet, as when both are started together, and names the setting that says where it is. */
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import type { Logger } from "../logger.js";

const RETRY_MS = 500;

/** Not up yet: nothing listens, the name is not known yet, or PostgreSQL is starting. Anything else is an answer. */
const NOT_YET: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  // cannot_connect_now
  "57P03",
]);

/**
 * Resolves once a connection is made.
 * @param waitMs how long a database that is not up is asked again
 * @throws Error in one sentence, with the address but no password
 */
export async function waitForDatabase(url: string, waitMs: number, logger: Pick<Logger, "warn">): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (let attempts = 0; ; attempts++) {
    const fault = await connectionFault(url);
    if (fault === null) return;
    const { code, reason } = fault;
    if (!NOT_YET.has(code)) throw new Error(`${placeOf(url)} refuses the connection: ${reason}`);
    const left = deadline - performance.now();
    if (left <= 0) throw new Error(`${placeOf(url)} can't be reached: ${reason}`);
    if (attempts === 0) {
      logger.warn(`${placeOf(url)} is not up yet (${reason}); it is waited for, up to ${Math.ceil(waitMs / 1000)} s`);
    }
    await setTimeout(Math.min(RETRY_MS, left));
  }
}

async function connectionFault(url: string): Promise<{ code: string; reason: string } | null> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A connection that breaks after it was made has nothing to say here.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return null;
  } catch (error) {
    // A host with two addresses gives an error for each.
    const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
    const { code = "", message } = first as { code?: string; message: string };
    return { code: code || (message.includes("timeout") ? "ETIMEDOUT" : ""), reason: message };
  } finally {
    await client.end().catch(() => undefined);
  }
}

function placeOf(url: string): string {
  return `The database at ${URL.canParse(url) ? new URL(url).host : "the address"} (DATABASE_URL)`;
}
