/** `npm run recognize -- photo.jpg folder …`: reads the plates in photos by the local engine, without a server or a database. */
import { mkdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Config } from "../config.js";
import { AppError } from "../errors.js";
import { annotated } from "../images/photo.annotator.js";
import type { Photo } from "../images/photo.js";
import { readPhoto } from "../images/photo.reader.js";
import { createLogger } from "../logger.js";
import { CommandFault, configOrExit, oneLine, reasonOf } from "./command.fault.js";
import { runCommand } from "./command.runner.js";
import { photoBytes, photoFiles } from "./photo.files.js";
import { startProgressBar } from "./progress.bar.js";
import { faultOf, formatted, headerOf, READING_FORMATS, type Outcome, type ReadingFormat } from "./reading.formats.js";
import type { LocatedReading } from "../engines/local/plate.pipeline.js";
import { LocalEngine } from "../engines/local/local.engine.js";

const USAGE = `Usage: npm run recognize -- [--format text|csv|json] [--annotate DIR] photo.jpg folder - …

Prints plate, color, type, confidence (0 to 100) and box (left,top right,bottom in pixels as stored) of every plate, under a header.
A folder stands for the photos in it and below it; with one, what the engine is least sure of is printed first.
"-" stands for the photo on standard input.
  --format csv    comma-separated columns; a photo without a plate has a row with its name alone
  --format json   one JSON object a photo and line, with the corners (upright pixels) besides; --json is short for it
  --annotate DIR  writes each photo into DIR with corners and readings drawn in
Photos that can't be read are named on standard error (with JSON in their own object), and the exit status is 1.`;

/** A call that is never cancelled. */
const TO_THE_END = { signal: new AbortController().signal, partnerId: "" };

/** Names the photo on standard input. */
const STANDARD_INPUT = "-";

interface Job {
  files: string[];
  hasFolder: boolean;
  format: ReadingFormat;
  annotateDir: string | null;
  images: Config["images"];
}

/** In one line. */
const refused = (problem: string): CommandFault => new CommandFault(problem, 2);

await runCommand({
  usage: USAGE,
  options: {
    format: { type: "string", default: "text" },
    json: { type: "boolean", default: false },
    annotate: { type: "string" },
  },
  allowPositionals: true,
  refuse: (problem) => refused(`${problem} See --help.`),
  endsWithReader: true,
  run: async ({ json, annotate: folder, ...given }, paths) => {
    if (paths.length === 0) throw refused(`No photo was named.\n\n${USAGE}`);
    if (paths.filter((path) => path === STANDARD_INPUT).length > 1) throw refused(`"-" can be named once.`);
    const format = READING_FORMATS.find((name) => name === (json ? "json" : given.format));
    if (format === undefined)
      throw refused(`--format must be one of ${READING_FORMATS.join(", ")}, and is ${given.format}.`);
    const { files, hasFolder } = await photoFiles(paths, absolute).catch((error: unknown) => {
      throw refused(oneLine(error));
    });
    if (files.length === 0) throw refused("No photo is in the folder.");
    const { local, images, logLevel } = configOrExit();
    const annotateDir = folder === undefined ? null : absolute(folder);
    if (annotateDir !== null)
      await makeFolder(annotateDir).catch((error: unknown) => {
        throw refused(`--annotate: ${oneLine(error)}`);
      });
    const engine = await LocalEngine.start({
      ...local,
      queueLength: files.length,
      modelsDir: fileURLToPath(new URL("../../../models", import.meta.url)),
      logger: createLogger(logLevel),
    });
    await recognizeAll(engine, local.threads, { files, hasFolder, format, annotateDir, images });
  },
});

async function recognizeAll(engine: LocalEngine, threads: number, job: Job): Promise<void> {
  const { files, hasFolder, format } = job;
  process.stdout.write(headerOf(format));
  // Lines that appear on the same terminal meanwhile would stand in the bar, and are progress themselves.
  const isAlone = hasFolder || !process.stdout.isTTY;
  const bar = files.length > 1 && isAlone ? startProgressBar(files.length, "photos") : null;
  try {
    // In the order given, and no more photos in memory than threads can take.
    const outcomes = Readable.from(files).map((file: string) => recognizeFile(engine, file, job), {
      concurrency: threads + 1,
    });
    const kept: Outcome[] = [];
    for await (const outcome of outcomes as AsyncIterable<Outcome>) {
      bar?.add(1);
      if (hasFolder || (bar !== null && outcome.error !== null && format !== "json")) kept.push(outcome);
      else print(outcome, format);
    }
    bar?.stop();
    if (hasFolder) kept.sort((first, second) => surenessOf(first) - surenessOf(second));
    for (const outcome of kept) print(outcome, format);
  } finally {
    bar?.stop();
    await engine.close();
  }
}

function print(outcome: Outcome, format: ReadingFormat): void {
  if (outcome.error !== null) process.exitCode = 1;
  if (outcome.error === null || format === "json") process.stdout.write(formatted(outcome, format));
  else process.stderr.write(faultOf(outcome));
}

/** Of the least sure plate; below every confidence what has no plate, and below that what could not be read. */
function surenessOf({ readings, error }: Outcome): number {
  if (error !== null) return -2;
  return readings.length === 0 ? -1 : Math.min(...readings.map(({ confidence }) => confidence));
}

/** npm runs scripts in the package's folder; the caller's own is in INIT_CWD. */
function absolute(path: string): string {
  return resolve(process.env.INIT_CWD ?? ".", path);
}

async function recognizeFile(engine: LocalEngine, file: string, { images, files, annotateDir }: Job): Promise<Outcome> {
  try {
    const photo = await readPhoto({ bytes: await bytesOf(file, images.maxBytes) }, "UPLOAD", images);
    const readings = await engine.locate(photo, TO_THE_END);
    if (annotateDir !== null) await annotate(photo, readings, join(annotateDir, annotatedName(file, files)));
    return { file, readings, error: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { file, readings: [], error: { code: error.code, message: error.message } };
  }
}

async function bytesOf(file: string, maxBytes: number): Promise<Buffer> {
  try {
    return await photoBytes(file === STANDARD_INPUT ? process.stdin : absolute(file), maxBytes);
  } catch (cause) {
    throw new AppError("BAD_USER_INPUT", `The file can't be read: ${reasonOf(cause)}`, { cause });
  }
}

async function annotate(photo: Photo, readings: readonly LocatedReading[], path: string): Promise<void> {
  const drawn = await annotated(
    photo,
    readings.map(({ corners, plateNumber, confidence }) => ({
      outline: corners,
      text: `${plateNumber} ${confidence}`,
    })),
  );
  try {
    await writeFile(path, drawn);
  } catch (cause) {
    throw new AppError("BAD_USER_INPUT", `The copy can't be written: ${reasonOf(cause)}`, { cause });
  }
}

/** With the folders above it. Node's own recursive mkdir never ends where a file system refuses new folders by ENOENT, as /proc does. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}

/** Photos of one name, from several folders, get their place among the arguments in front. */
function annotatedName(file: string, files: readonly string[]): string {
  const name = file === STANDARD_INPUT ? "stdin" : basename(file, extname(file));
  const isAlone = files.filter((other) => basename(other, extname(other)) === name).length === 1;
  return `${isAlone ? "" : `${files.indexOf(file) + 1}-`}${name}.annotated.jpg`;
}
