/** The PostgreSQL server that comes with the package: started, watched and stopped beside this process. */
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import type { Logger } from "../logger.js";
import { EmbeddedCluster } from "./embedded.cluster.js";
import { watchServer } from "./embedded.watch.js";
import { FolderHeldError, lockFolder } from "./folder.lock.js";

export interface EmbeddedServer {
  /** Connection string, password included: never logged. */
  readonly url: string;
  readonly description: string;
  stop(): Promise<void>;
}

export interface EmbeddedServerOptions {
  /** A free one when it is not given. */
  port?: number;
  /**
   * Called once, when the server ended and could not be started again. With it the server is watched and started again; without it, as in commands
   * that end soon, it is not.
   */
  onLost?: (cause: Error) => void;
}

/**
 * Starts PostgreSQL on the files in `dataDir`, making them first where there are none. It listens on loopback only, behind a generated password kept
 * beside the files. One process at a time may have it.
 * @throws Error that names the process which has it
 */
export async function startEmbeddedServer(
  dataDir: string,
  logger: Pick<Logger, "warn" | "error">,
  { port: givenPort, onLost }: EmbeddedServerOptions = {},
): Promise<EmbeddedServer> {
  const root = resolve(dataDir);
  await mkdir(root, { recursive: true });
  const release = await lockOf(root);
  try {
    const cluster = await EmbeddedCluster.open(root);
    const orphan = await cluster.postmaster();
    if (orphan !== null) {
      logger.warn({ pid: orphan }, "stopping the embedded PostgreSQL that an earlier run left behind");
      await cluster.stop();
    }
    const port = givenPort ?? (await freePort());
    await cluster.start(port);
    const watch = onLost && watchServer(cluster, port, logger, onLost);
    return {
      url: await cluster.urlAt(port),
      description: `embedded PostgreSQL, files in ${root}`,
      stop: async () => {
        await watch?.stop();
        await cluster.stop();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

async function lockOf(root: string): Promise<() => Promise<void>> {
  const lockFile = join(root, "plategraph.pid");
  try {
    return await lockFolder(lockFile);
  } catch (error) {
    if (!(error instanceof FolderHeldError)) throw error;
    throw new Error(
      `Another PlateGraph (process ${error.pid}) uses ${root}: stop it, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === "object" ? resolvePort(address.port) : reject(new Error("no free port")),
      );
    });
  });
}
