/** Tells a process from a later one that got the same number. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** When the process started, as a text that no later process of this number has; null when it has ended. A zombie has ended. */
export async function startOfProcess(pid: number): Promise<string | null> {
  return process.platform === "linux" ? await startOnLinux(pid) : await startByPs(pid);
}

/** The program and its arguments; null when the process has ended or is hidden from this user. */
export async function commandOfProcess(pid: number): Promise<string | null> {
  if (process.platform === "linux") {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(nullIfGone);
    return command === null || command === "" ? null : command.split("\0").join(" ").trim();
  }
  return await ps("command", pid);
}

/** `man 5 proc`: field 3 is the state, field 22 the start in clock ticks since the machine started, which the boot id names. */
async function startOnLinux(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(nullIfGone);
  if (stat === null) return null;
  // Field 2, the program's name in brackets, may hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, ticks] = [fields[0], fields[19]];
  if (state === undefined || ticks === undefined || "ZX".includes(state)) return null;
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(nullIfGone);
  return `${boot?.trim() ?? ""}/${ticks}`;
}

/** Only a missing file says that the process has ended; a lack of file descriptors, for one, says nothing about it. */
export function nullIfGone(error: unknown): null {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT" || code === "ESRCH") return null;
  throw error;
}

async function startByPs(pid: number): Promise<string | null> {
  const state = await ps("state", pid);
  return state === null || state.startsWith("Z") ? null : await ps("lstart", pid);
}

async function ps(column: string, pid: number): Promise<string | null> {
  try {
    return (await run("ps", ["-o", `${column}=`, "-p", String(pid)])).stdout.trim() || null;
  } catch {
    return null;
  }
}
