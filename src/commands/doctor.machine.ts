/** Checks of `plategraph doctor` that look at this machine: Node.js, disk, memory, settings, port. */
import { constants } from "node:fs";
import { access, readFile, stat, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { ConfigError, misspeltSettings, readConfig, SETTINGS, type Config } from "../config.js";
import { fail, ok, reasonOf, warn, type Finding } from "./doctor.findings.js";

const MIB = 1024 * 1024;
/** A million readings take some 600 MiB with their indexes, and PostgreSQL's log up to 1 GiB. */
const DISK_WARN_BYTES = 2048 * MIB;
const DISK_FAIL_BYTES = 200 * MIB;
/** A server with its database and two recognition threads takes some 500 MiB. */
const MEMORY_WARN_BYTES = 1024 * MIB;
const MEMORY_FAIL_BYTES = 384 * MIB;

const PLATFORMS = ["linux x64", "linux arm64", "darwin x64", "darwin arm64"];

export function checkNode(): Finding {
  const platform = `${process.platform} ${process.arch}`;
  const text = `Node.js ${process.versions.node} on ${platform}`;
  // bin/plategraph.mjs refuses a Node.js that is too old.
  if (PLATFORMS.includes(platform)) return ok("node", text);
  return fail("node", `${text}: run it on ${PLATFORMS.join(", ")}`);
}

/** The settings, or every fault in them. Names in .env that nobody reads are named, also those that resemble nothing. */
export async function checkSettings(): Promise<{ config: Config | null; findings: Finding[] }> {
  const inFile = Object.keys(parseEnv(await readFile(".env", "utf8").catch(() => "")));
  const resembling = misspeltSettings();
  const unknown = inFile.filter((name) => !SETTINGS.includes(name) && resembling.every((one) => one.name !== name));
  const findings = [
    ...resembling.map(({ name, setting }) =>
      warn("settings", `${name} is no setting and is ignored: write ${setting} if that is meant`),
    ),
    ...unknown.map((name) =>
      warn("settings", `${name} in .env is no setting of plategraph: remove it, or mind its spelling`),
    ),
  ];
  try {
    const config = readConfig();
    const set = SETTINGS.filter((name) => (process.env[name] ?? "") !== "");
    const text = set.length === 0 ? "all have their defaults" : `set: ${set.join(", ")}`;
    return { config, findings: findings.length > 0 ? findings : [ok("settings", text)] };
  } catch (error) {
    const faults = error instanceof ConfigError ? error.faults : [reasonOf(error)];
    return { config: null, findings: [...faults.map((fault) => fail("settings", fault)), ...findings] };
  }
}

/** Only the embedded database keeps files here. */
export async function checkDisk({ url, dataDir }: Config["database"]): Promise<Finding> {
  if (url !== null) return ok("disk", "nothing is stored on this machine: DATABASE_URL names the database");
  const folder = await nearestFolder(resolve(dataDir));
  try {
    await access(folder, constants.W_OK);
  } catch {
    return fail("disk", `${folder} can't be written to: set DATA_DIR to a folder of this user's, or change its owner`);
  }
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const text = `${inMib(free)} free at ${folder}`;
  if (free < DISK_FAIL_BYTES) return fail("disk", `${text}: free some, or set DATA_DIR to another disk`);
  return free < DISK_WARN_BYTES ? warn("disk", `${text}, enough for a few 100,000 readings`) : ok("disk", text);
}

export function checkMemory(): Finding {
  // Of the container, where it is limited; 0 or a number beyond the machine's where it is not.
  const limit = process.constrainedMemory();
  const memory = limit > 0 && limit < totalmem() ? limit : totalmem();
  const text = `${inMib(memory)} for this process`;
  if (memory < MEMORY_FAIL_BYTES) return fail("memory", `${text}: give it 1 GiB`);
  return memory < MEMORY_WARN_BYTES
    ? warn("memory", `${text}: 1 GiB is better, or set LOCAL_THREADS=1`)
    : ok("memory", text);
}

/** An address in use is no fault: mostly it is the server itself that runs. */
export async function checkPort({ host, port }: Config["http"]): Promise<Finding> {
  if (port === 0) return ok("port", "any free one");
  const server = createServer();
  try {
    await new Promise<void>((done, failed) => {
      server.once("error", failed).listen({ host, port }, done);
    });
    return ok("port", `${host}:${port} is free`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE")
      return warn("port", `${host}:${port} is in use: a server runs there already, or set PORT`);
    return fail(
      "port",
      `can't listen at ${host}:${port} (${reasonOf(error)}): set HOST to an address of this machine, PORT to one above 1023`,
    );
  } finally {
    server.close();
  }
}

async function nearestFolder(path: string): Promise<string> {
  const exists = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return exists || dirname(path) === path ? path : nearestFolder(join(path, ".."));
}

function inMib(bytes: number): string {
  return `${Math.floor(bytes / MIB)} MiB`;
}
