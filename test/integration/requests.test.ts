import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { v7 as uuidv7 } from "uuid";
import { graphql, WHITE_PIXEL } from "../support/graphql-client.js";
import { BUILT_IN_PARTNER } from "../support/stored-readings.js";
import { counted } from "../support/statement-count.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

const STRANGER = "00000000-0000-7000-8000-000000000002";
const START = Date.parse("2026-03-01T00:00:00.000Z");
const HASHES = ["ab".repeat(32), "0c".repeat(32), "ff".repeat(32)];

interface Row {
  id: string;
  status: string;
  engine: string;
  errorCode: string | null;
  externalReference: string | null;
  cameraId: string | null;
  imageSha256: string;
  createdAt: string;
}

let database: TestDatabase;
let server: TestServer;
let rows: Row[];

/** The same rows for every run: few values of each kind, so that filters overlap and times tie. */
function makeRows(count: number): Row[] {
  let state = 42;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const pick = <Value>(values: readonly Value[]): Value => values[random(values.length)] as Value;
  return Array.from({ length: count }, () => {
    const status = pick(["SUCCEEDED", "SUCCEEDED", "NO_PLATE", "FAILED"]);
    return {
      id: uuidv7(),
      status,
      engine: pick(["LOCAL", "LOCAL", "JUHE"]),
      errorCode: status === "FAILED" ? pick(["RECOGNIZER_UNAVAILABLE", "INVALID_IMAGE"]) : null,
      externalReference: pick([null, "order-1", "order-2", "100%"]),
      cameraId: pick([null, "east", "west"]),
      imageSha256: pick(HASHES),
      createdAt: new Date(START + random(40) * 3_600_000).toISOString(),
    };
  });
}

async function insert(partner: string, list: readonly Row[]): Promise<void> {
  await database.query(
    `INSERT INTO recognition_requests (id, partner_id, status, engine, source, image_sha256, image_byte_size, image_format, image_width,
        image_height, error_code, external_reference, duration_ms, created_at, camera_id)
      SELECT "id", $2, "status", "engine", 'UPLOAD', decode("imageSha256", 'hex'), 1, 'JPEG', 9, 9, "errorCode", "externalReference", 5,
        "createdAt", "cameraId"
      FROM json_to_recordset($1::json) AS r("id" uuid, "status" text, "engine" text, "errorCode" text, "externalReference" text,
        "cameraId" text, "imageSha256" text, "createdAt" timestamptz)`,
    [JSON.stringify(list), partner],
  );
}

beforeAll(async () => {
  database = await createTestDatabase();
  rows = makeRows(200);
  await database.query("INSERT INTO partners VALUES ($1, 'stranger')", [STRANGER]);
  await insert(BUILT_IN_PARTNER, rows);
  await insert(STRANGER, makeRows(20));
  server = await startServer({ DATABASE_URL: database.url });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await database.drop();
});

const ORDERS = ["CREATED_AT_DESC", "CREATED_AT_ASC"] as const;
type Order = (typeof ORDERS)[number];

interface Page {
  totalCount: number;
  nodes: { id: string }[];
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

const PAGE = `query ($filter: RecognitionRequestFilter, $orderBy: RecognitionRequestOrder, $first: Int, $after: String, $last: Int, $before: String) {
  recognitionRequests(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

async function page(variables: Record<string, unknown>): Promise<Page> {
  const { data, errors } = await graphql<{ recognitionRequests: Page }>(server.url, PAGE, variables);
  expect(errors).toBeUndefined();
  return data.recognitionRequests;
}

async function refused(variables: Record<string, unknown>): Promise<unknown> {
  return (await graphql(server.url, PAGE, variables)).errors?.[0]?.extensions;
}

function inOrder(order: Order, list: readonly Row[]): string[] {
  const sign = order === "CREATED_AT_ASC" ? 1 : -1;
  return [...list]
    .sort((a, b) => sign * (a.createdAt + a.id < b.createdAt + b.id ? -1 : 1))
    .map(({ id }) => `request_${id}`);
}

describe("recognitionRequests", () => {
  const some = (...values: string[]): fc.Arbitrary<string[]> => fc.subarray(values);
  const time = fc.integer({ min: 0, max: 40 }).map((hour) => new Date(START + hour * 3_600_000).toISOString());
  const conditions = fc.record({
    status: some("SUCCEEDED", "NO_PLATE", "FAILED"),
    engine: some("LOCAL", "JUHE"),
    errorCode: some("RECOGNIZER_UNAVAILABLE", "INVALID_IMAGE", "SERVER_BUSY"),
    externalReference: fc.constantFrom("order-1", "100%", "order"),
    cameraId: some("east", "west", "north"),
    imageSha256: fc.constantFrom(...HASHES, "AB".repeat(32), "00".repeat(32)),
    createdAt: fc.record({ gte: time, lt: time }, { requiredKeys: [] }),
  });
  const NAMES = ["status", "engine", "errorCode", "externalReference", "cameraId", "imageSha256", "createdAt"] as const;
  // Two conditions mostly: with all seven at once next to nothing would ever match.
  const names = fc.oneof({ weight: 4, arbitrary: fc.subarray([...NAMES], { maxLength: 2 }) }, fc.subarray([...NAMES]));
  const filters = fc
    .tuple(conditions, names)
    .map(([all, chosen]) => Object.fromEntries(chosen.map((name) => [name, all[name]])) as Partial<typeof all>);
  type Filter = typeof filters extends fc.Arbitrary<infer Value> ? Value : never;

  /** What the filter means, said once more in the plainest way. */
  function matches(row: Row, filter: Filter): boolean {
    const anyOf = (values: string[] | undefined, value: string | null): boolean =>
      values === undefined || (value !== null && values.includes(value));
    return (
      anyOf(filter.status, row.status) &&
      anyOf(filter.engine, row.engine) &&
      anyOf(filter.errorCode, row.errorCode) &&
      anyOf(filter.cameraId, row.cameraId) &&
      (filter.externalReference === undefined || filter.externalReference === row.externalReference) &&
      (filter.imageSha256 === undefined || filter.imageSha256.toLowerCase() === row.imageSha256) &&
      row.createdAt >= (filter.createdAt?.gte ?? "") &&
      row.createdAt < (filter.createdAt?.lt ?? "9")
    );
  }

  async function walk(filter: Filter, orderBy: Order, size: number, backward: boolean): Promise<string[]> {
    const seen: string[] = [];
    for (let cursor: string | null = null, more = true; more;) {
      const { nodes, edges, pageInfo }: Page = await page(
        backward ? { filter, orderBy, last: size, before: cursor } : { filter, orderBy, first: size, after: cursor },
      );
      expect(edges.map(({ node }) => node)).toEqual(nodes);
      seen.splice(backward ? 0 : seen.length, 0, ...nodes.map(({ id }) => id));
      cursor = backward ? pageInfo.startCursor : pageInfo.endCursor;
      more = backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
    }
    return seen;
  }

  test("any filter in either order, paged from either end, gives what its meaning says", async () => {
    let matched = 0;
    await fc.assert(
      fc.asyncProperty(
        filters,
        fc.constantFrom(...ORDERS),
        fc.integer({ min: 7, max: 100 }),
        fc.boolean(),
        async (filter, orderBy, size, backward) => {
          const fitting = rows.filter((row) => matches(row, filter));
          matched += fitting.length;
          expect((await page({ filter, first: 1 })).totalCount).toBe(fitting.length);
          expect(await walk(filter, orderBy, size, backward)).toEqual(inOrder(orderBy, fitting));
        },
      ),
      { numRuns: 120, seed: 7 },
    );
    expect(await walk({}, "CREATED_AT_DESC", 37, false)).toEqual(inOrder("CREATED_AT_DESC", rows));
    // The property would hold of nothing as well.
    expect(matched).toBeGreaterThan(1000);
  });

  test("an attempt without a reading is found by its camera and reference", async () => {
    const query = `mutation ($image: String!) { recognizeBase64(image: $image, options: { cameraId: "gate", externalReference: "ticket 7" }) {
      request { id status cameraId } } }`;
    const { data } = await graphql<{ recognizeBase64: { request: { id: string } } }>(server.url, query, {
      image: WHITE_PIXEL,
    });
    const { request } = data.recognizeBase64;
    expect(request).toMatchObject({ status: "NO_PLATE", cameraId: "gate" });
    for (const filter of [{ cameraId: ["gate"] }, { externalReference: "ticket 7" }])
      expect((await page({ filter })).nodes).toEqual([{ id: request.id }]);
    await database.query("DELETE FROM recognition_requests WHERE camera_id = 'gate'");
  });

  test.each([
    { imageSha256: "ab" },
    { imageSha256: "zz".repeat(32) },
    { externalReference: "x".repeat(257) },
    { externalReference: "\0" },
    { cameraId: Array.from({ length: 1001 }, () => "east") },
    { errorCode: ["NO_SUCH_CODE"] },
  ])("%j is refused", async (filter) => {
    expect(await refused({ filter })).toEqual({
      code: "BAD_USER_INPUT",
      retryable: false,
      requestId: expect.any(String),
    });
  });

  test("a cursor belongs to its order", async () => {
    const { pageInfo } = await page({ first: 1 });
    expect(await refused({ orderBy: "CREATED_AT_ASC", after: pageInfo.endCursor })).toMatchObject({
      code: "BAD_USER_INPUT",
    });
    for (const faulty of [["CREATED_AT_DESC", 1, rows[0]?.id], ["CREATED_AT_DESC", rows[0]?.createdAt, "x"], [1], null])
      expect(await refused({ after: Buffer.from(JSON.stringify(faulty)).toString("base64url") })).toMatchObject({
        code: "BAD_USER_INPUT",
      });
  });

  test("one statement for a page; the total is another", async () => {
    const query = "{ recognitionRequests(first: 50) { nodes { id cameraId errorCode image { sha256 } } } }";
    expect((await counted(server.url, () => graphql(server.url, query))).statements).toBe(1);
    expect((await counted(server.url, () => page({}))).statements).toBe(2);
  });
});
