/** `npm run recognize -- photo.jpg folder …`: reads the plates in pictures by the local engine, without a server or a database. */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readConfig } from "./config.js";
import { AppError, type ErrorCode } from "./errors.js";
import { annotated } from "./images/picture.annotator.js";
import type { Photo } from "./images/photo.js";
import { readPhoto } from "./images/photo.reader.js";
import { createLogger } from "./logger.js";
import { pictureFiles } from "./picture.files.js";
import { startProgressBar } from "./progress.bar.js";
import type { LocatedReading } from "./recognizers/local/local.engine.js";
import { LocalRecognizer } from "./recognizers/local/local.recognizer.js";

const USAGE = `Usage: npm run recognize -- [--json] [--annotate DIR] photo.jpg folder …

Prints plate, colour, type, confidence (0 to 100) and box (left,top right,bottom in pixels as stored) of every plate.
A folder stands for the pictures in it and below it; with one, what the engine is least sure of is printed first.
  --json          one JSON object a picture and line, with the corners (upright pixels) besides
  --annotate DIR  writes each picture into DIR with corners and readings drawn in
Ends with 1 when a picture could not be read.`;

interface Outcome {
  file: string;
  readings: LocatedReading[];
  error: { code: ErrorCode; message: string } | null;
}

if (existsSync(".env")) process.loadEnvFile(".env");
const { paths, json, annotateDir } = argumentsGiven();
const { files, hasFolder } = await pictureFiles(paths, absolute);
if (files.length === 0) exit("No picture is in the folder.", 2);
const { local, images, logLevel } = readConfig();
const recognizer = await LocalRecognizer.start({
  ...local,
  queueLength: files.length,
  modelsDir: fileURLToPath(new URL("../../models", import.meta.url)),
  logger: createLogger(logLevel),
});
if (annotateDir !== null) await mkdir(annotateDir, { recursive: true });
const bar = files.length > 1 ? startProgressBar(files.length, "pictures") : null;
try {
  // In the order given, and no more pictures in memory than threads can take.
  const outcomes = Readable.from(files).map(recognizeFile, { concurrency: local.threads + 1 });
  const kept: Outcome[] = [];
  for await (const outcome of outcomes as AsyncIterable<Outcome>) {
    bar?.add(1);
    if (hasFolder) kept.push(outcome);
    else print(outcome);
  }
  bar?.stop();
  kept.sort((first, second) => surenessOf(first) - surenessOf(second)).forEach(print);
} finally {
  bar?.stop();
  await recognizer.close();
}

function print(outcome: Outcome): void {
  process.stdout.write(json ? `${JSON.stringify(outcome)}\n` : inWords(outcome));
  if (outcome.error !== null) process.exitCode = 1;
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

async function recognizeFile(file: string): Promise<Outcome> {
  try {
    const photo = await readPhoto({ bytes: await bytesOf(file) }, "UPLOAD", images);
    const readings = await recognizer.locate(photo);
    if (annotateDir !== null) await annotate(photo, file, readings, annotateDir);
    return { file, readings, error: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { file, readings: [], error: { code: error.code, message: error.message } };
  }
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(absolute(file));
  } catch (cause) {
    throw new AppError("BAD_USER_INPUT", `${file} can't be opened.`, { cause });
  }
}

async function annotate(photo: Photo, file: string, readings: readonly LocatedReading[], folder: string) {
  const drawn = await annotated(
    photo,
    readings.map(({ corners, plateNumber, confidence }) => ({
      outline: corners,
      text: `${plateNumber} ${confidence}`,
    })),
  );
  await writeFile(join(folder, annotatedName(file)), drawn);
}

/** Two pictures of one name, from two folders, get their place among the arguments in front. */
function annotatedName(file: string): string {
  const name = basename(file, extname(file));
  const isAlone = files.filter((other) => basename(other, extname(other)) === name).length === 1;
  return `${isAlone ? "" : `${files.indexOf(file) + 1}-`}${name}.annotated.jpg`;
}

function inWords({ file, readings, error }: Outcome): string {
  if (error !== null) return `${file}: ${error.code}: ${error.message}\n`;
  if (readings.length === 0) return `${file}: no plate\n`;
  return readings
    .map(({ plateNumber, color, type, confidence, boundingBox }) => {
      const box = boundingBox && `${boundingBox.left},${boundingBox.top} ${boundingBox.right},${boundingBox.bottom}`;
      return `${file}: ${plateNumber}  ${color}  ${type}  ${confidence}  ${box ?? ""}\n`;
    })
    .join("");
}

function argumentsGiven(): { paths: string[]; json: boolean; annotateDir: string | null } {
  try {
    const { values, positionals } = parseArgs({
      options: { json: { type: "boolean", default: false }, annotate: { type: "string" }, help: { type: "boolean" } },
      allowPositionals: true,
    });
    if (values.help === true) exit(USAGE, 0);
    if (positionals.length === 0) exit(`No picture was named.\n\n${USAGE}`, 2);
    const folder = values.annotate === undefined ? null : absolute(values.annotate);
    return { paths: positionals, json: values.json, annotateDir: folder };
  } catch (error) {
    return exit(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, 2);
  }
}

function exit(text: string, code: number): never {
  (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  process.exit(code);
}
