/** A database that version 0.1.0 filled (commit f42935b, its three migrations) is migrated to this version: nothing is lost, and everything is found. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { MIGRATIONS } from "../../migrations/index.js";
import { BUILT_IN_PARTNER_ID } from "../../src/accounts/store/partner.entity.js";
import { createDataSource } from "../../src/database/data-source.js";
import { migrate } from "../../src/database/migrations.js";
import { ENTITIES } from "../../src/entities.js";
import { graphql, WHITE_PIXEL } from "../support/graphql-client.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startFailing, startServer, type TestServer } from "../support/test-server.js";

/** As version 0.1.0 recorded them. */
const OLD_MIGRATIONS = ["FirstStore1763870400000", "KeysAndPlates1764000000000", "CheaperInserts1764100000000"];
const OLD_TABLES = ["partners", "recognition_requests", "plate_recognitions", "plates"];

const REQUESTS = 1_000;
const START = Date.parse("2026-03-01T00:00:00.000Z");
const HOUR = 3_600_000;

interface OldReading {
  id: string;
  requestId: string;
  plateNumber: string;
  capturedAt: string;
  confidence: number;
  cameraId: string | null;
}

const uuid = (kind: "e" | "f", number: number): string =>
  `018${kind}0000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** One reading of each request, a second one of every tenth. */
const READINGS: OldReading[] = Array.from({ length: REQUESTS }, (_, at) => at + 1).flatMap((number) =>
  Array.from({ length: number % 10 === 0 ? 2 : 1 }, (_, rank) => ({
    id: uuid("f", number + rank * 100_000),
    requestId: uuid("e", number),
    plateNumber: `粤B${String((number + rank * 7) % 60).padStart(5, "0")}`,
    // Several readings share a time.
    capturedAt: iso(START + Math.floor(number / 3) * HOUR),
    confidence: (number * 7) % 101,
    cameraId: number % 4 === 0 ? null : `gate-${number % 4}`,
  })),
);

let database: TestDatabase;
let server: TestServer;
/** Hashes of the rows of each table before the upgrade, over the columns that there were. */
let before: Record<string, string>;
let columns: Record<string, string[]>;

const run = promisify(execFile);

/** @returns what the command wrote */
async function migrateByCommand(): Promise<string> {
  const { stdout } = await run(process.execPath, ["dist/src/commands/migrate.js"], {
    env: { PATH: process.env.PATH, DATABASE_URL: database.url },
  });
  return stdout;
}

async function contents(): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const table of OLD_TABLES) {
    const row = (columns[table] ?? []).map((column) => `${column}::text`).join(", ");
    const [found] = await database.query<{ hash: string }>(
      `SELECT count(*) || ' ' || md5(string_agg(line, E'\\n' ORDER BY line)) AS hash FROM (SELECT ROW(${row})::text AS line FROM ${table}) AS lines`,
    );
    hashes[table] = found?.hash ?? "";
  }
  return hashes;
}

beforeAll(async () => {
  database = await createTestDatabase("template1");
  const dataSource = createDataSource({
    url: database.url,
    poolSize: 2,
    logger: { error: () => undefined },
    entities: ENTITIES,
    migrations: MIGRATIONS.slice(0, OLD_MIGRATIONS.length),
  });
  await dataSource.initialize();
  expect(await migrate(dataSource)).toEqual(OLD_MIGRATIONS);
  await dataSource.destroy();
  await fill();
  columns = {};
  for (const table of OLD_TABLES) {
    const found = await database.query<{ name: string }>(
      "SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1 ORDER BY 1",
      [table],
    );
    columns[table] = found.map(({ name }) => name);
  }
  before = await contents();
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await database.drop();
});

/** What 0.1.0 wrote for recognitions: of both engines, with and without plates, failed, and after a fallback. */
async function fill(): Promise<void> {
  await database.query(
    `INSERT INTO recognition_requests (id, partner_id, status, engine, source, image_sha256, image_byte_size, image_format, image_width, image_height,
        order_id, juhe_error_code, error_code, fallback_reason, external_reference, raw_answer, duration_ms, created_at)
      SELECT ('018e0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $1, 'SUCCEEDED', CASE WHEN n % 2 = 0 THEN 'JUHE' ELSE 'LOCAL' END,
        CASE WHEN n % 3 = 0 THEN 'BASE64' ELSE 'UPLOAD' END, sha256(n::text::bytea), 1000 + n, 'JPEG', 640, 480,
        CASE WHEN n % 2 = 0 THEN 'order-' || n END, NULL, NULL, NULL, 'ref-' || n,
        CASE WHEN n % 2 = 0 THEN jsonb_build_object('error_code', 0, 'n', n) END, 20 + n, $2::timestamptz + n * interval '1 minute'
      FROM generate_series(1, ${REQUESTS}) AS n`,
    [BUILT_IN_PARTNER_ID, iso(START)],
  );
  await database.query(
    `INSERT INTO recognition_requests (id, partner_id, status, engine, source, image_sha256, image_byte_size, image_format, image_width, image_height,
        juhe_error_code, error_code, fallback_reason, duration_ms, created_at)
      SELECT ('018e0000-0000-7000-8000-' || lpad(to_hex(900000 + n), 12, '0'))::uuid, $1, status, engine, 'UPLOAD', sha256(n::text::bytea), 1, 'PNG', 9, 9,
        juhe, code, fallback, 5, $2::timestamptz
      FROM (VALUES
        (1, 'NO_PLATE', 'LOCAL', NULL::int, NULL, NULL),
        (2, 'FAILED', 'LOCAL', NULL, 'INVALID_IMAGE', NULL),
        (3, 'FAILED', 'JUHE', 10012, 'RECOGNIZER_QUOTA_EXCEEDED', NULL),
        (4, 'FAILED', 'JUHE', NULL, 'INTERNAL_SERVER_ERROR', NULL),
        (5, 'NO_PLATE', 'LOCAL', 10020, NULL, 'Juhe is unavailable (10020)'),
        (6, 'NO_PLATE', 'JUHE', NULL, NULL, 'the local reading''s confidence 41 is below 80')
      ) AS old (n, status, engine, juhe, code, fallback)`,
    [BUILT_IN_PARTNER_ID, iso(START - HOUR)],
  );
  await database.query(
    `INSERT INTO plate_recognitions (id, partner_id, request_id, rank, plate_number, province, color, type, confidence, brightness, direction,
        box_left, box_top, box_right, box_bottom, captured_at, recognized_at, camera_id, engine)
      SELECT id, $1, request_id, row_number() OVER (PARTITION BY request_id ORDER BY id) - 1, plate_number, '粤', 'BLUE', 'BLUE', confidence, 120, 'UNKNOWN',
        10, 20, 110, 50, captured_at, captured_at + interval '1 second', camera_id, 'LOCAL'
      FROM jsonb_to_recordset($2::jsonb) AS r (id uuid, request_id uuid, plate_number text, confidence int, captured_at timestamptz, camera_id text)`,
    [
      BUILT_IN_PARTNER_ID,
      JSON.stringify(
        READINGS.map(({ id, requestId, plateNumber, confidence, capturedAt, cameraId }) => ({
          id,
          request_id: requestId,
          plate_number: plateNumber,
          confidence,
          captured_at: capturedAt,
          camera_id: cameraId,
        })),
      ),
    ],
  );
}

/** Every reading's id, page by page. */
async function walk(orderBy: string, after: string | null): Promise<string[]> {
  const ids: string[] = [];
  const query = `query ($after: String, $orderBy: PlateRecognitionOrder) {
    plateRecognitions(first: 100, after: $after, orderBy: $orderBy) { nodes { id } pageInfo { hasNextPage endCursor } }
  }`;
  interface Page {
    plateRecognitions: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
  }
  for (let cursor = after, goesOn = true; goesOn;) {
    const { data } = await graphql<Page>(server.url, query, { after: cursor, orderBy });
    ids.push(...data.plateRecognitions.nodes.map(({ id }) => id));
    goesOn = data.plateRecognitions.pageInfo.hasNextPage;
    cursor = data.plateRecognitions.pageInfo.endCursor;
  }
  return ids;
}

const compare = (left: string | number, right: string | number): number => (left < right ? -1 : left > right ? 1 : 0);
/** In the given order, as callers see their ids. */
const idsBy = (property: "capturedAt" | "confidence", sign: 1 | -1): string[] =>
  [...READINGS]
    .sort((a, b) => sign * (compare(a[property], b[property]) || compare(a.id, b.id)))
    .map(({ id }) => `recognition_${id}`);

test("the server refuses the old database until it is migrated", async () => {
  const { code, output } = await startFailing({ DATABASE_URL: database.url });
  expect(code).toBe(1);
  expect(output).toContain("npm run migrate");
});

test("the migrations run once and keep every value of every row", async () => {
  const output = await migrateByCommand();
  for (const { name } of MIGRATIONS.slice(OLD_MIGRATIONS.length)) expect(output).toContain(name);
  expect(await contents()).toEqual(before);
  const recorded = await database.query<{ name: string }>("SELECT name FROM migrations ORDER BY id");
  expect(await migrateByCommand()).toContain("nothing to migrate");
  expect(await contents()).toEqual(before);
  expect(await database.query("SELECT name FROM migrations ORDER BY id")).toEqual(recorded);
  server = await startServer({ DATABASE_URL: database.url });
});

test("every reading is on exactly one page, in order, and cursors of 0.1.0 are still accepted", async () => {
  const byTime = idsBy("capturedAt", -1);
  expect(await walk("CAPTURED_AT_DESC", null)).toEqual(byTime);
  const cursorOf = (order: string, property: "capturedAt" | "confidence", id: string): string => {
    const row = READINGS.find((reading) => `recognition_${reading.id}` === id);
    return Buffer.from(JSON.stringify([order, row?.[property], row?.id])).toString("base64url");
  };
  const place = 417;
  const after = cursorOf("CAPTURED_AT_DESC", "capturedAt", byTime[place] ?? "");
  expect(await walk("CAPTURED_AT_DESC", after)).toEqual(byTime.slice(place + 1));
  const byConfidence = idsBy("confidence", 1);
  const afterConfidence = cursorOf("CONFIDENCE_ASC", "confidence", byConfidence[place] ?? "");
  expect(await walk("CONFIDENCE_ASC", afterConfidence)).toEqual(byConfidence.slice(place + 1));
});

test("ids of 0.1.0 give the same readings and requests, field by field", async () => {
  const query = `query ($reading: ID!, $request: ID!) {
    node(id: $reading) { ... on PlateRecognition { id plateNumber readPlateNumber province color type confidence brightness direction capturedAt recognizedAt
      cameraId engine boundingBox { left top right bottom } corrections { to } plate { number } request { id } } }
    recognitionRequest(id: $request) { id status engine source orderId externalReference durationMs createdAt cameraId errorCode fallbackReason
      image { byteSize format width height } recognitions { id } }
  }`;
  const number = 30;
  const own = READINGS.filter(({ requestId }) => requestId === uuid("e", number));
  const [first] = own;
  const { data, errors } = await graphql(server.url, query, {
    reading: `recognition_${first?.id}`,
    request: `request_${first?.requestId}`,
  });
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    node: {
      id: `recognition_${first?.id}`,
      plateNumber: first?.plateNumber,
      readPlateNumber: first?.plateNumber,
      province: "粤",
      color: "BLUE",
      type: "BLUE",
      confidence: first?.confidence,
      brightness: 120,
      direction: "UNKNOWN",
      capturedAt: first?.capturedAt,
      recognizedAt: iso(Date.parse(first?.capturedAt ?? "") + 1000),
      cameraId: "gate-2",
      engine: "LOCAL",
      boundingBox: { left: 10, top: 20, right: 110, bottom: 50 },
      corrections: [],
      plate: { number: first?.plateNumber },
      request: { id: `request_${first?.requestId}` },
    },
    recognitionRequest: {
      id: `request_${first?.requestId}`,
      status: "SUCCEEDED",
      engine: "JUHE",
      source: "BASE64",
      orderId: `order-${number}`,
      externalReference: `ref-${number}`,
      durationMs: 20 + number,
      createdAt: iso(START + number * 60_000),
      cameraId: "gate-2",
      errorCode: null,
      fallbackReason: null,
      image: { byteSize: 1000 + number, format: "JPEG", width: 640, height: 480 },
      recognitions: own.map(({ id }) => ({ id: `recognition_${id}` })),
    },
  });
});

test("requests without a reading keep their errors, and fallbacks become reasons", async () => {
  const query = `query ($after: DateTime!) {
    recognitionRequests(filter: { createdAt: { lt: $after } }, orderBy: CREATED_AT_ASC) {
      totalCount nodes { status engine errorCode juheErrorCode fallbackReason fallbackDetail } }
    all: recognitionRequests(first: 0) { totalCount }
  }`;
  const { data, errors } = await graphql<{
    recognitionRequests: { totalCount: number; nodes: Record<string, unknown>[] };
    all: { totalCount: number };
  }>(server.url, query, { after: iso(START) });
  expect(errors).toBeUndefined();
  expect(data.all.totalCount).toBe(REQUESTS + 6);
  expect(data.recognitionRequests.nodes).toEqual(
    (
      [
        ["NO_PLATE", "LOCAL", null, null, null, null],
        ["FAILED", "LOCAL", "INVALID_IMAGE", null, null, null],
        ["FAILED", "JUHE", "RECOGNIZER_QUOTA_EXCEEDED", 10012, null, null],
        ["FAILED", "JUHE", "INTERNAL_SERVER_ERROR", null, null, null],
        ["NO_PLATE", "LOCAL", null, 10020, "VENDOR_UNAVAILABLE", "Juhe is unavailable (10020)"],
        ["NO_PLATE", "JUHE", null, null, "LOCAL_UNSURE", "the local reading's confidence 41 is below 80"],
      ] as const
    ).map(([status, engine, errorCode, juheErrorCode, fallbackReason, fallbackDetail]) => ({
      status,
      engine,
      errorCode,
      juheErrorCode,
      fallbackReason,
      fallbackDetail,
    })),
  );
});

test("plates and cameras are counted as the readings say, and searches find old numbers", async () => {
  const query = `{
    plates(first: 100, orderBy: NUMBER_ASC) { totalCount nodes { number sightings firstSeenAt lastSeenAt } }
    cameras { id recognitionCount }
    similarPlates(number: "粤B00O07", maxDistance: 0.5) { plate { number } }
    plateRecognitions(filter: { plateNumber: { contains: "0004" } }, first: 0) { totalCount }
    recognitionRequests(filter: { cameraId: ["gate-1"] }, first: 0) { totalCount }
  }`;
  const { data, errors } = await graphql(server.url, query);
  expect(errors).toBeUndefined();
  const numbers = [...new Set(READINGS.map(({ plateNumber }) => plateNumber))].sort(compare);
  const cameras = ["gate-1", "gate-2", "gate-3"];
  expect(data).toEqual({
    plates: {
      totalCount: numbers.length,
      nodes: numbers.map((number) => {
        const own = READINGS.filter(({ plateNumber }) => plateNumber === number);
        const times = own.map(({ capturedAt }) => capturedAt).sort(compare);
        return { number, sightings: own.length, firstSeenAt: times[0], lastSeenAt: times.at(-1) };
      }),
    },
    cameras: cameras.map((id) => ({
      id,
      recognitionCount: READINGS.filter(({ cameraId }) => cameraId === id).length,
    })),
    similarPlates: [{ plate: { number: "粤B00007" } }],
    plateRecognitions: { totalCount: READINGS.filter(({ plateNumber }) => plateNumber.includes("0004")).length },
    recognitionRequests: {
      totalCount: new Set(READINGS.filter(({ cameraId }) => cameraId === "gate-1").map(({ requestId }) => requestId))
        .size,
    },
  });
});

test("new recognitions are stored beside the old ones", async () => {
  const query = "mutation ($image: String!) { recognizeBase64(image: $image) { request { status } } }";
  const { data, errors } = await graphql(server.url, query, { image: WHITE_PIXEL });
  expect(errors).toBeUndefined();
  expect(data).toEqual({ recognizeBase64: { request: { status: "NO_PLATE" } } });
  const [row] = await database.query<{ count: number }>("SELECT count(*)::int AS count FROM recognition_requests");
  expect(row?.count).toBe(REQUESTS + 7);
});
