/** A PostgreSQL of a test's own, on a fixed port: it can be killed, come back, and be followed by a standby. */
import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile, chown } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { startEmbeddedServer, type EmbeddedServer } from "../../src/database/embedded.server.js";
import { createLogger } from "../../src/logger.js";

const run = promisify(execFile);
const logger = createLogger("fatal");

/** Below those that the system gives to outgoing connections, 32768 and up: it is free again when the server comes back. */
async function lastingPort(): Promise<number> {
  const port = randomInt(20_000, 32_000);
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch {
    return lastingPort();
  }
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export class PostgresCluster {
  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private server: EmbeddedServer,
  ) {}

  static async start(): Promise<PostgresCluster> {
    const folder = await mkdtemp(join(tmpdir(), "plategraph-cluster-"));
    const port = await lastingPort();
    return new PostgresCluster(folder, port, await startEmbeddedServer(folder, logger, { port }));
  }

  /** Connection string of the migrated database. */
  get url(): string {
    return this.server.url;
  }

  /** Where its files are. */
  get files(): string {
    return join(this.folder, "postgres");
  }

  async migrate(): Promise<void> {
    await run(process.execPath, ["dist/src/commands/migrate.js"], {
      env: { PATH: process.env.PATH, DATABASE_URL: this.url },
    });
  }

  async query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** As a power cut would: nothing is finished, nobody is told. */
  async kill(): Promise<void> {
    const pid = Number((await readFile(join(this.folder, "postgres", "postmaster.pid"), "utf8")).split("\n")[0]);
    process.kill(pid, "SIGKILL");
    // Its children notice and go; a new server waits for that.
    await new Promise((resolve) => setTimeout(resolve, 500));
    // In a container nobody may have taken note of the dead process, whose number then still looks alive.
    await rm(join(this.folder, "postgres", "postmaster.pid"), { force: true });
    await rm(join(this.folder, "plategraph.pid"), { force: true });
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  /** On the same files and port as before. */
  async startAgain(): Promise<void> {
    this.server = await startEmbeddedServer(this.folder, logger, { port: this.port });
  }

  /** A hot standby that streams from this server, made of a copy of its files. */
  async follow(): Promise<PostgresCluster> {
    const folder = await mkdtemp(join(tmpdir(), "plategraph-standby-"));
    const port = await lastingPort();
    const cluster = join(folder, "postgres");
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    await client.query("SELECT pg_backup_start('standby', true)");
    await cp(join(this.folder, "postgres"), cluster, {
      recursive: true,
      preserveTimestamps: true,
      filter: (path) => !path.endsWith("postmaster.pid"),
    });
    const { rows } = await client.query<{ labelfile: string }>("SELECT labelfile FROM pg_backup_stop(false)");
    await client.end();
    await writeFile(join(cluster, "backup_label"), rows[0]?.labelfile ?? "");
    await writeFile(join(cluster, "standby.signal"), "");
    await writeFile(join(cluster, "postgresql.auto.conf"), `primary_conninfo = '${this.url}'\n`);
    await cp(join(this.folder, "postgres.password"), join(folder, "postgres.password"));
    await ownedLike(join(this.folder, "postgres"), cluster);
    return new PostgresCluster(folder, port, await startEmbeddedServer(folder, logger, { port }));
  }

  async remove(): Promise<void> {
    await this.server.stop().catch(() => undefined);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** PostgreSQL runs as another user where the tests run as root, and insists on owning its files. */
async function ownedLike(model: string, copy: string): Promise<void> {
  const { uid, gid } = await stat(model);
  if (uid !== process.getuid?.()) await run("chown", ["-R", `${uid}:${gid}`, copy]);
  await run("chmod", ["700", copy]);
}

/** Whether this machine lets the tests mount a file system. */
export async function canMount(): Promise<boolean> {
  try {
    await (await smallDisk(1)).remove();
    return true;
  } catch {
    return false;
  }
}

/** A small file system in memory at a folder that PostgreSQL may write to. Rejects where `canMount` is false. */
export async function smallDisk(megabytes: number): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "plategraph-disk-"));
  try {
    await run("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]);
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  return {
    folder,
    remove: async () => {
      await run("umount", [folder]);
      await rm(folder, { recursive: true });
    },
  };
}

export async function ownFolderLike(cluster: string, folder: string): Promise<void> {
  const { uid, gid } = await stat(cluster);
  await mkdir(folder, { recursive: true });
  await chown(folder, uid, gid);
}
