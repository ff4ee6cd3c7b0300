/** Starts programs as a user other than root, because PostgreSQL refuses to run as root. */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

interface User {
  uid: number;
  gid: number;
}

export interface Launcher {
  /** The owner that the files must have; null for this process's own user. */
  owner: User | null;
  /** The user that the command is started as; null for this process's own. */
  startAs: User | null;
  command(file: string, args: readonly string[]): { file: string; args: string[] };
}

/** A way to start programs that is not root: this user, or `nobody` where this user is root. */
export async function unprivileged(...paths: readonly string[]): Promise<Launcher> {
  if (process.getuid?.() !== 0)
    return { owner: null, startAs: null, command: (file, args) => ({ file, args: [...args] }) };
  const owner = { uid: await idOf("-u"), gid: await idOf("-g") };
  if ((await Promise.all(paths.map(isReachable))).every(Boolean)) {
    return { owner, startAs: owner, command: (file, args) => ({ file, args: [...args] }) };
  }
  // Below a folder that only root may enter (/root, mktemp -d) `nobody` gets one capability of root: to pass permission checks on files.
  const privileges = [
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
  ];
  return {
    owner,
    startAs: null,
    command: (file, args) => ({ file: "setpriv", args: [...privileges, file, ...args] }),
  };
}

/**
 * PostgreSQL's programs look at each other with their user's own permissions, whatever capabilities they have.
 * @throws Error where this process is root and `nobody` can't reach the program
 */
export async function refuseUnreachable(program: string): Promise<void> {
  if (process.getuid?.() !== 0 || (await isReachable(program))) return;
  throw new Error(
    `PostgreSQL refuses to run as root, and other users can't enter the folder that ${dirname(program)} is in: start plategraph as another user, ` +
      "install it in a folder that everyone may enter, or set DATABASE_URL.",
  );
}

async function idOf(flag: "-u" | "-g"): Promise<number> {
  return Number((await run("id", [flag, "nobody"])).stdout);
}

/** Whether every folder above the path may be entered by anyone. */
async function isReachable(path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
