import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { v7 as uuidv7 } from "uuid";
import { graphql } from "../support/graphql-client.js";
import { counted } from "../support/statement-count.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

const PARTNER = "00000000-0000-7000-8000-000000000001";
const STRANGER = "00000000-0000-7000-8000-000000000002";
const START = Date.parse("2026-03-01T00:00:00.000Z");

interface Row {
  id: string;
  requestId: string;
  plateNumber: string;
  /** Null where the number was not corrected. */
  readPlateNumber: string | null;
  province: string | null;
  color: string;
  type: string;
  confidence: number;
  direction: string;
  capturedAt: string;
  recognizedAt: string;
  cameraId: string | null;
  engine: string;
}

let database: TestDatabase;
let server: TestServer;
let rows: Row[];

/** The same rows for every run: few values of each kind, so that filters overlap and keys tie. */
function makeRows(): Row[] {
  let state = 42;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const pick = <Value>(values: readonly Value[]): Value => values[random(values.length)] as Value;
  return Array.from({ length: 240 }, (_, index) => {
    const province = pick(["粤", "京", "皖", "WJ粤", null]);
    const number = (): string =>
      `${province ?? "使"}${pick(["A", "B", "T"])}${pick(["NT444", "12345", "D9001", "0O0O1", "1_2%3", "12\\3"])}`;
    const read = number();
    // Some are corrected, some of those back to what was read.
    const corrected = index % 2 === 0;
    return {
      id: uuidv7(),
      requestId: uuidv7(),
      province: province?.slice(-1) ?? null,
      plateNumber: corrected ? number() : read,
      readPlateNumber: corrected ? read : null,
      color: pick(["BLUE", "GREEN", "YELLOW"]),
      type: pick(["BLUE", "NEW_ENERGY_SMALL", "SINGLE_ROW_YELLOW"]),
      confidence: pick([10, 50, 80, 80, 99]),
      direction: pick(["UNKNOWN", "LEFT"]),
      capturedAt: new Date(START + random(40) * 3_600_000).toISOString(),
      recognizedAt: new Date(START + random(40) * 60_000).toISOString(),
      cameraId: pick([null, "east%1", "west_2", "back\\slash"]),
      engine: pick(["LOCAL", "JUHE"]),
    };
  });
}

function rowAt(index: number): Row {
  const row = rows[index];
  if (row === undefined) throw new Error(`there is no row ${index}`);
  return row;
}

async function insert(partner: string, row: Row): Promise<void> {
  await database.query(
    `INSERT INTO recognition_requests VALUES ($1, $2, 'SUCCEEDED', $3, 'UPLOAD', sha256('x'), 1, 'JPEG', 9, 9, NULL, NULL, NULL, NULL, NULL, NULL, 5, $4)`,
    [row.requestId, partner, row.engine, row.recognizedAt],
  );
  await database.query(
    `INSERT INTO plate_recognitions VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8, NULL, $9, NULL, NULL, NULL, NULL, $10, $11, $12, $13, $14)`,
    [
      row.id,
      partner,
      row.requestId,
      row.plateNumber,
      row.province,
      row.color,
      row.type,
      row.confidence,
      row.direction,
      row.capturedAt,
      row.recognizedAt,
      row.cameraId,
      row.engine,
      row.readPlateNumber,
    ],
  );
}

beforeAll(async () => {
  database = await createTestDatabase();
  rows = makeRows();
  await database.query("INSERT INTO partners VALUES ($1, 'stranger')", [STRANGER]);
  for (const row of rows) await insert(PARTNER, row);
  for (const row of makeRows().slice(0, 20)) await insert(STRANGER, row);
  server = await startServer({ DATABASE_URL: database.url });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await database.drop();
});

const ORDERS = [
  "CAPTURED_AT_DESC",
  "CAPTURED_AT_ASC",
  "RECOGNIZED_AT_DESC",
  "RECOGNIZED_AT_ASC",
  "CONFIDENCE_DESC",
  "CONFIDENCE_ASC",
] as const;
type Order = (typeof ORDERS)[number];

function inOrder(order: Order, list: readonly Row[]): Row[] {
  const sign = order.endsWith("_ASC") ? 1 : -1;
  const key = (row: Row): string | number =>
    order.startsWith("CAPTURED") ? row.capturedAt : order.startsWith("RECOGNIZED") ? row.recognizedAt : row.confidence;
  return [...list].sort((a, b) => sign * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.id < b.id ? -1 : 1));
}

interface Page {
  plateRecognitions: {
    totalCount: number;
    nodes: { id: string }[];
    edges: { cursor: string; node: { id: string } }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  };
}

const PAGE = `query ($filter: PlateRecognitionFilter, $orderBy: PlateRecognitionOrder, $first: Int, $after: String, $last: Int, $before: String) {
  plateRecognitions(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

const nodeId = (row: Row): string => `recognition_${row.id}`;

async function page(variables: Record<string, unknown>): Promise<Page["plateRecognitions"]> {
  const { data, errors } = await graphql<Page>(server.url, PAGE, variables);
  expect(errors).toBeUndefined();
  return data.plateRecognitions;
}

describe("paging", () => {
  test.each(ORDERS)("%s walks forward over every row once, in order", async (orderBy) => {
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { nodes, pageInfo, edges } = await page({ orderBy, first: 37, after });
      seen.push(...nodes.map(({ id }) => id));
      expect(edges.map(({ node }) => node.id)).toEqual(nodes.map(({ id }) => id));
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null);
      ({ endCursor: after, hasNextPage: more } = pageInfo);
    }
    expect(seen).toEqual(inOrder(orderBy, rows).map(nodeId));
  });

  test.each(ORDERS)("%s walks backward over every row once, in order", async (orderBy) => {
    const seen: string[] = [];
    for (let before: string | null = null, more = true; more;) {
      const { nodes, pageInfo } = await page({ orderBy, last: 41, before });
      seen.unshift(...nodes.map(({ id }) => id));
      expect(pageInfo.hasNextPage).toBe(before !== null);
      ({ startCursor: before, hasPreviousPage: more } = pageInfo);
    }
    expect(seen).toEqual(inOrder(orderBy, rows).map(nodeId));
  });

  test("20 rows when nothing is said, none for `first: 0`, and the total of the whole list", async () => {
    expect((await page({})).nodes).toHaveLength(20);
    expect(await page({ first: 0 })).toMatchObject({
      nodes: [],
      edges: [],
      totalCount: 240,
      pageInfo: { hasNextPage: true, startCursor: null },
    });
  });

  test("a row that arrives between two pages neither repeats nor hides another", async () => {
    const before = await page({ first: 10 });
    await insert(PARTNER, {
      ...rowAt(0),
      id: uuidv7(),
      requestId: uuidv7(),
      capturedAt: "2026-12-01T00:00:00.000Z",
      cameraId: "late",
    });
    const next = await page({ first: 10, after: before.pageInfo.endCursor });
    expect([...before.nodes, ...next.nodes].map(({ id }) => id)).toEqual(
      inOrder("CAPTURED_AT_DESC", rows).slice(0, 20).map(nodeId),
    );
    await database.query("DELETE FROM plate_recognitions WHERE camera_id = 'late'");
  });
});

describe("filters", () => {
  const time = fc.integer({ min: 0, max: 40 }).map((hour) => new Date(START + hour * 3_600_000).toISOString());
  const some = <Value>(...values: Value[]): fc.Arbitrary<Value[]> => fc.subarray(values);
  const text = fc.constantFrom(
    "粤",
    "粤A",
    "a·nt",
    "444",
    "0o",
    "%",
    "_",
    "1_2",
    "2\\3",
    "\\",
    "京B12345",
    "皖td9001",
    "",
  );
  /** Two conditions at most: more of them rarely hold of one number. */
  function fewOf<All extends object>(all: { [Name in keyof All]: fc.Arbitrary<All[Name]> }): fc.Arbitrary<
    Partial<All>
  > {
    return fc
      .tuple(fc.record(all), fc.subarray(Object.keys(all), { maxLength: 2 }))
      .map(
        ([record, names]) =>
          Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name))) as Partial<All>,
      );
  }
  const conditions = fc.record({
    plateNumber: fewOf({
      eq: fc.constantFrom("粤a·nt444", "京B12345"),
      in: some("粤A12345", "皖t·d9001", "使A1_2%3", "粤a12345"),
      startsWith: text,
      contains: text,
      matches: fc
        .array(fc.constantFrom("?", "*", "粤", "A", "b", "1", "12", "_", "%", "\\", "NT444", "WJ"), { maxLength: 6 })
        .map((parts) => parts.join("")),
    }),
    capturedAt: fc.record({ gte: time, lt: time }, { requiredKeys: [] }),
    recognizedAt: fc.record({ gte: time, lt: time }, { requiredKeys: [] }),
    confidence: fc.record(
      { gte: fc.integer({ min: 0, max: 100 }), lte: fc.integer({ min: 0, max: 100 }) },
      { requiredKeys: [] },
    ),
    color: some("BLUE", "GREEN"),
    type: some("BLUE", "NEW_ENERGY_SMALL"),
    direction: some("UNKNOWN", "LEFT", "UP"),
    province: some("粤", "京", "藏", "no province"),
    cameraId: some("east%1", "west_2", "back\\slash", "east"),
    engine: some("LOCAL", "JUHE"),
  });
  const NAMES = [
    "plateNumber",
    "capturedAt",
    "recognizedAt",
    "confidence",
    "color",
    "type",
    "direction",
    "province",
    "cameraId",
    "engine",
  ] as const;
  // Three conditions mostly: with all ten at once next to nothing would ever match.
  const names = fc.oneof(
    { weight: 4, arbitrary: fc.subarray([...NAMES], { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.subarray([...NAMES]) },
    { weight: 2, arbitrary: fc.constant(["plateNumber" as const]) },
  );
  const filters = fc
    .tuple(conditions, names)
    .map(([all, names]) => Object.fromEntries(names.map((name) => [name, all[name]])) as Partial<typeof all>);

  type Filter = typeof filters extends fc.Arbitrary<infer Value> ? Value : never;
  const plain = (value: string): string => value.replaceAll("·", "").toUpperCase();
  const unless = (bound: string | undefined, keeps: boolean): boolean => bound === undefined || keeps;

  function fits([sign, ...pattern]: string[], text: string[]): boolean {
    if (sign === undefined) return text.length === 0;
    if (sign === "*") return fits(pattern, text) || (text.length > 0 && fits([sign, ...pattern], text.slice(1)));
    return text.length > 0 && (sign === "?" || sign === text[0]) && fits(pattern, text.slice(1));
  }

  /** What the conditions on a number mean, said once more in the plainest way. */
  function matchesNumber(number: string, plate: Filter["plateNumber"]): boolean {
    return (
      (plate?.eq === undefined || number === plain(plate.eq)) &&
      (plate?.in === undefined || plate.in.map(plain).includes(number)) &&
      (plate?.startsWith === undefined || number.startsWith(plain(plate.startsWith))) &&
      (plate?.contains === undefined || number.includes(plain(plate.contains))) &&
      (plate?.matches === undefined || fits([...plain(plate.matches)], [...number]))
    );
  }

  /** The same of the whole filter: a corrected reading is found by either text. */
  function matches(row: Row, { plateNumber: plate, ...filter }: Filter): boolean {
    const anyOf = (values: string[] | undefined, value: string | null): boolean =>
      values === undefined || (value !== null && values.includes(value));
    return (
      (matchesNumber(row.plateNumber, plate) ||
        (row.readPlateNumber !== null && matchesNumber(row.readPlateNumber, plate))) &&
      unless(filter.capturedAt?.gte, row.capturedAt >= (filter.capturedAt?.gte ?? "")) &&
      unless(filter.capturedAt?.lt, row.capturedAt < (filter.capturedAt?.lt ?? "")) &&
      unless(filter.recognizedAt?.gte, row.recognizedAt >= (filter.recognizedAt?.gte ?? "")) &&
      unless(filter.recognizedAt?.lt, row.recognizedAt < (filter.recognizedAt?.lt ?? "")) &&
      row.confidence >= (filter.confidence?.gte ?? 0) &&
      row.confidence <= (filter.confidence?.lte ?? 100) &&
      anyOf(filter.color, row.color) &&
      anyOf(filter.type, row.type) &&
      anyOf(filter.direction, row.direction) &&
      anyOf(filter.province, row.province) &&
      anyOf(filter.cameraId, row.cameraId) &&
      anyOf(filter.engine, row.engine)
    );
  }

  /** Every id of the list, page after page from either end. */
  async function walk(filter: Filter, orderBy: Order, size: number, backward: boolean): Promise<string[]> {
    const seen: string[] = [];
    for (let cursor: string | null = null, more = true; more;) {
      const { nodes, pageInfo } = await page(
        backward ? { filter, orderBy, last: size, before: cursor } : { filter, orderBy, first: size, after: cursor },
      );
      const ids = nodes.map(({ id }) => id);
      seen.splice(backward ? 0 : seen.length, 0, ...ids);
      expect(ids.length).toBeLessThanOrEqual(size);
      cursor = backward ? pageInfo.startCursor : pageInfo.endCursor;
      more = backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
    }
    return seen;
  }

  test("any filter in any order, paged from either end, gives what its meaning says", async () => {
    let matched = 0;
    let fewPages = 0;
    let byRead = 0;
    await fc.assert(
      fc.asyncProperty(
        filters,
        fc.constantFrom(...ORDERS),
        fc.integer({ min: 7, max: 100 }),
        fc.boolean(),
        async (filter, orderBy, size, backward) => {
          const expected = inOrder(
            orderBy,
            rows.filter((row) => matches(row, filter)),
          );
          matched += expected.length;
          if (expected.length > size) fewPages += 1;
          byRead += expected.filter((row) => !matchesNumber(row.plateNumber, filter.plateNumber)).length;
          expect((await page({ filter, orderBy, first: 1 })).totalCount).toBe(expected.length);
          expect(await walk(filter, orderBy, size, backward)).toEqual(expected.map(nodeId));
        },
      ),
      { numRuns: 300, seed: 7 },
    );
    // The property would hold of nothing as well.
    expect(matched).toBeGreaterThan(3000);
    expect(fewPages).toBeGreaterThan(20);
    expect(byRead).toBeGreaterThan(20);
  }, 180_000);

  test("null means that nothing is asked, an empty list that nothing will do", async () => {
    expect((await page({ filter: { plateNumber: { eq: null }, capturedAt: null, color: null } })).totalCount).toBe(240);
    expect((await page({ filter: { color: [] } })).totalCount).toBe(0);
  });
});

describe("what hangs off a row", () => {
  test.each([
    [
      "readings with their requests and those with their readings",
      2,
      `{ plateRecognitions(first: 50) { nodes { request { recognitions { id } } } } }`,
    ],
    [
      "readings with their plates and a page of each history",
      3,
      `{ plateRecognitions(first: 50) { nodes { plate { number sightings recognitions(first: 3) { nodes { id } } } } } }`,
    ],
    [
      "readings alone, the total not asked for",
      1,
      `{ plateRecognitions(first: 50) { nodes { id } edges { cursor } pageInfo { hasNextPage } } }`,
    ],
    ["readings and the total", 2, `{ plateRecognitions(first: 50) { totalCount nodes { id } } }`],
  ])("%s: one statement a level", async (_name, expected, query) => {
    const { answer, statements } = await counted(server.url, () => graphql(server.url, query));
    expect(answer.errors).toBeUndefined();
    expect(statements).toBe(expected);
  });

  test("`nodes` fetches each type by one statement and keeps the order", async () => {
    const ids = rows.slice(0, 30).flatMap((row) => [nodeId(row), `request_${row.requestId}`]);
    const { answer, statements } = await counted(server.url, () =>
      graphql<{ nodes: { __typename: string; id: string }[] }>(
        server.url,
        "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }",
        { ids },
      ),
    );
    const { data } = answer;
    expect(statements).toBe(2);
    expect(data.nodes.map(({ id }) => id)).toEqual(ids);
    expect(data.nodes.slice(0, 2).map(({ __typename }) => __typename)).toEqual([
      "PlateRecognition",
      "RecognitionRequest",
    ]);
  });

  test("each plate gets its own page of history", async () => {
    const numbers = [...new Set(rows.map(({ plateNumber }) => plateNumber))].slice(0, 5);
    const query = `{ ${numbers.map((number, index) => `p${String(index)}: plate(number: ${JSON.stringify(number)}) { number sightings firstSeenAt lastSeenAt recognitions(first: 2) { totalCount nodes { id } pageInfo { hasNextPage } } }`).join(" ")} }`;
    const { answer, statements } = await counted(server.url, () =>
      graphql<
        Record<
          string,
          { number: string; recognitions: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean } } }
        >
      >(server.url, query),
    );
    const { data } = answer;
    // The plates, their pages, and a count for each.
    expect(statements).toBe(2 + numbers.length);
    numbers.forEach((number, index) => {
      const own = inOrder(
        "CAPTURED_AT_DESC",
        rows.filter((row) => row.plateNumber === number),
      );
      expect(data[`p${String(index)}`]).toEqual({
        number,
        sightings: own.length,
        firstSeenAt: own.at(-1)?.capturedAt,
        lastSeenAt: own[0]?.capturedAt,
        recognitions: {
          totalCount: own.length,
          nodes: own.slice(0, 2).map((row) => ({ id: nodeId(row) })),
          pageInfo: { hasNextPage: own.length > 2 },
        },
      });
    });
  });
});

describe("owners", () => {
  test("another partner's records are not there, by whatever way", async () => {
    const [stranger] = await database.query<{ id: string; request_id: string }>(
      "SELECT id, request_id FROM plate_recognitions WHERE partner_id = $1 LIMIT 1",
      [STRANGER],
    );
    const reading = `recognition_${stranger?.id ?? ""}`;
    const request = `request_${stranger?.request_id ?? ""}`;
    const { data, errors } = await graphql<Record<string, unknown>>(
      server.url,
      `{ node(id: "${reading}") { id } nodes(ids: ["${reading}", "${request}"]) { id } plateRecognition(id: "${reading}") { id } recognitionRequest(id: "${request}") { id } }`,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ node: null, nodes: [null, null], plateRecognition: null, recognitionRequest: null });
  });
});
