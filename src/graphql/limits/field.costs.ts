/**
 * What a field costs beside the answer's own bytes, and how many objects a list field gives. A reading by its id with its request costs 173; the
 * other weights are relative to it, as measured on 200,000 readings (docs/adr/0015-operation-limits.md).
 */
import { MAX_BUCKETS } from "../../statistics/recognition.stats.js";
import { MAX_CAMERAS } from "../../recognitions/store/camera.repository.js";
import { MAX_NODES } from "../paging.js";
import { MAX_PAGE_SIZE } from "../../database/keyset.js";

/** Of the statement that a field runs; loaders run one statement for all parents, whose share is counted for each. */
export const STATEMENT_COSTS: Readonly<Record<string, number | ((args: RawArguments) => number)>> = {
  "Query.node": 150,
  "Query.nodes": 150,
  "Query.plate": 150,
  "Query.plateRecognition": 150,
  "Query.recognitionRequest": 150,
  "Query.plateRecognitions": 300,
  "Query.recognitionRequests": 300,
  "Query.auditLog": 300,
  "Query.plates": 600,
  "Query.cameras": 5_000,
  // 240 on 37,000 plates; 950 to 1,900 on 1.5 million. 39 fit in an operation.
  "Query.similarPlates": 2_500,
  "Query.recognitionStats": statsCost,
  "Query.usage": 30_000,
  "Plate.recognitions": 50,
  "PlateRecognition.request": 5,
  "PlateRecognition.plate": 5,
  "PlateRecognition.readPlateNumber": 5,
  "PlateRecognition.corrections": 5,
  "RecognitionRequest.recognitions": 10,
  "Mutation.correctPlateRecognition": 2_000,
  "Mutation.deletePlateRecognitions": 50_000,
  "Mutation.deleteRecognitionRequests": 50_000,
  "Mutation.recognizeUpload": 5_000,
  "Mutation.recognizeBase64": 5_000,
};

/** Of `totalCount`, by the field that gives the connection: below one plate the readings of that plate alone are counted. */
export const TOTAL_COSTS: Readonly<Record<string, number>> = { "Plate.recognitions": 150 };
/** Of `totalCount` below any other field. */
export const TOTAL_COST = 10_000;

/** Fields that read a photo. */
export const RECOGNITION_FIELDS: ReadonlySet<string> = new Set([
  "Mutation.recognizeUpload",
  "Mutation.recognizeBase64",
]);

/** A photo rarely shows more plates. */
const PLATES_PER_PHOTO = 4;
/** A reading is rarely corrected more often. */
const CORRECTIONS = 2;
const DEFAULT_PAGE_SIZE = 20;
const DEFAULT_MATCHES = 10;
const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
/** Of statistics over a short range, and of those over a year in addition. */
const STATS_COST = 2_000;
const STATS_YEAR_COST = 30_000;
const INTERVAL_MS: Readonly<Record<string, number>> = {
  HOUR: HOUR_MS,
  DAY: 24 * HOUR_MS,
  WEEK: 7 * 24 * HOUR_MS,
  MONTH: 28 * 24 * HOUR_MS,
};
/** Assumed where a range of statistics has no beginning. */
const EARLIEST = Date.UTC(2000, 0);

/** An argument by its name, as the operation gives it, variables put in; not checked yet. */
export type RawArguments = (name: string) => unknown;

/** How many objects the list or connection has at most, by the field that gives it. */
export const LIST_SIZES: Readonly<Record<string, (args: RawArguments) => number>> = {
  "Query.nodes": (args) => listLength(args("ids"), MAX_NODES),
  "Query.plateRecognitions": pageSize,
  "Query.recognitionRequests": pageSize,
  "Query.auditLog": pageSize,
  "Query.plates": pageSize,
  "Query.cameras": () => MAX_CAMERAS,
  "Plate.recognitions": pageSize,
  "Query.similarPlates": (args) => bounded(args("first")) ?? DEFAULT_MATCHES,
  "Query.recognitionStats": buckets,
  "RecognitionRequest.recognitions": () => PLATES_PER_PHOTO,
  "RecognizePayload.recognitions": () => PLATES_PER_PHOTO,
  "PlateRecognition.corrections": () => CORRECTIONS,
};

function listLength(list: unknown, most: number): number {
  return Array.isArray(list) ? Math.min(list.length, most) : 1;
}

function pageSize(args: RawArguments): number {
  const sizes = [bounded(args("first")), bounded(args("last"))].filter((size) => size !== null);
  return sizes.length > 0 ? Math.max(...sizes) : DEFAULT_PAGE_SIZE;
}

/** A size out of range is refused by the resolver and costs nothing. */
function bounded(size: unknown): number | null {
  return typeof size === "number" ? Math.min(Math.max(size, 0), MAX_PAGE_SIZE) : null;
}

/** The readings that are counted are taken to be spread over a year. */
function statsCost(args: RawArguments): number {
  return STATS_COST + Math.min(rangeMs(args("filter")) / YEAR_MS, 1) * STATS_YEAR_COST;
}

function buckets(args: RawArguments): number {
  const interval = args("interval");
  const length = typeof interval === "string" ? INTERVAL_MS[interval] : undefined;
  return Math.min(Math.ceil(rangeMs(args("filter")) / (length ?? HOUR_MS)) + 1, MAX_BUCKETS);
}

function rangeMs(filter: unknown): number {
  const { gte, lt } = rangeOf(filter);
  return Math.max((timeOf(lt) ?? Date.now()) - (timeOf(gte) ?? EARLIEST), 0);
}

function rangeOf(filter: unknown): Readonly<Record<string, unknown>> {
  const range = isRecord(filter) ? filter.capturedAt : null;
  return isRecord(range) ? range : {};
}

function timeOf(text: unknown): number | null {
  const time = typeof text === "string" && text.length < 64 ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? null : time;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
