/** Watches the embedded PostgreSQL and starts it again when it ends. */
import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "../logger.js";
import type { EmbeddedCluster } from "./embedded.cluster.js";

const CHECK_MS = 250;
/**
 * Waits before each attempt to start the server again, 8 s in all. The first may come too early: PostgreSQL refuses to start while processes of the
 * server that ended still use its memory.
 */
const RESTART_WAITS_MS = [100, 500, 1_000, 2_000, 4_000];
/** A server that ends more often than this within `ENDINGS_MS` is given up. */
const MAX_ENDINGS = 5;
const ENDINGS_MS = 10 * 60_000;

/** @param onLost called once when the server is given up; nothing is watched from then on */
export function watchServer(
  cluster: EmbeddedCluster,
  port: number,
  logger: Pick<Logger, "warn" | "error">,
  onLost: (cause: Error) => void,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const pause = (milliseconds: number) => wait(milliseconds, undefined, { signal: stopping.signal, ref: false });

  async function watch(): Promise<void> {
    let endings: number[] = [];
    for (;;) {
      await pause(CHECK_MS);
      if (await runs()) continue;
      const now = Date.now();
      endings = [...endings.filter((at) => at > now - ENDINGS_MS), now];
      if (endings.length > MAX_ENDINGS)
        throw new Error(`it ended ${endings.length} times in ${ENDINGS_MS / 60_000} min`);
      logger.error("the embedded PostgreSQL ended; starting it again");
      await restart();
      logger.warn(`the embedded PostgreSQL runs again after ${Date.now() - now} ms`);
    }
  }

  async function runs(): Promise<boolean> {
    // A check that fails, for want of a file descriptor perhaps, says nothing: the next one comes soon.
    return await cluster.postmaster().then(
      (pid) => pid !== null,
      () => true,
    );
  }

  async function restart(): Promise<void> {
    let failure: unknown;
    for (const milliseconds of RESTART_WAITS_MS) {
      await pause(milliseconds);
      try {
        await cluster.start(port);
        return;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  const ended = watch().catch((error: unknown) => {
    if (!stopping.signal.aborted) onLost(error instanceof Error ? error : new Error(String(error)));
  });
  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}
