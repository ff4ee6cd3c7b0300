import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { MIGRATIONS } from "../../migrations/index.js";
import { anonymousPrincipal } from "../../src/accounts/principal.js";
import { createDataSource } from "../../src/database/data-source.js";
import { tablesOf } from "../../src/database/entity.table.js";
import { StatementPool } from "../../src/database/statement.pool.js";
import { ENTITIES } from "../../src/entities.js";
import { CorrectedReadingsLookUp } from "../../src/plate-records/corrected.readings.js";
import { PlateList } from "../../src/plate-records/plate.list.js";
import { PLATE_LIST, type PlateOrder } from "../../src/plate-records/plate.order.js";
import { PlateRepository } from "../../src/plate-records/plate.repository.js";
import { PlateTable } from "../../src/plate-records/plate.table.js";
import { RecognitionRepository } from "../../src/recognitions/store/recognition.repository.js";
import { RecognitionTables } from "../../src/recognitions/store/recognition.tables.js";
import { graphql } from "../support/graphql-client.js";
import { BUILT_IN_PARTNER, storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

const STRANGER = "00000000-0000-7000-8000-000000000002";
const START = Date.parse("2026-03-01T00:00:00.000Z");
const at = (hour: number): string => new Date(START + hour * 3_600_000).toISOString();

interface Plate {
  number: string;
  firstSeenAt: string;
  lastSeenAt: string;
  sightings: number;
}

/** Beside the plate, what was read of one of its readings, which was corrected to its number. */
interface KnownPlate extends Plate {
  readAs: string | null;
}

let database: TestDatabase;
let server: TestServer;
let plates: KnownPlate[];
let readings: { id: string; plateNumber: string; readAs: string | null; capturedAt: string }[];

function numberOf(index: number): string {
  const head = ["粤A", "粤B", "京A", "WJ粤", "使"][index % 5] ?? "";
  const digits = String(index * 7919).padStart(5, "0");
  return `${head}${digits.slice(-5)}`;
}

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query("INSERT INTO partners VALUES ($1, 'stranger')", [STRANGER]);
  plates = Array.from({ length: 150 }, (_, index) => {
    return {
      number: numberOf(index),
      // Another plate's number, and such as no plate has.
      readAs: index % 4 === 0 ? numberOf((index + 35) % 150) : index % 7 === 3 ? `湘X${10_000 + index}` : null,
      firstSeenAt: at(index % 11),
      lastSeenAt: at(20 + (index % 13)),
      sightings: 2 + (index % 4),
    };
  });
  const stored = plates.flatMap(({ number, readAs, firstSeenAt, lastSeenAt, sightings }) =>
    Array.from({ length: sightings }, (_, nth) => ({
      plateNumber: number,
      capturedAt: nth === 0 ? firstSeenAt : lastSeenAt,
      readPlateNumber: nth === 0 ? (readAs ?? undefined) : undefined,
    })),
  );
  const ids = await storeReadings(database, stored);
  readings = stored.map(({ plateNumber, capturedAt, readPlateNumber }, index) => ({
    id: ids[index] ?? "",
    plateNumber,
    capturedAt,
    readAs: readPlateNumber ?? null,
  }));
  await storeReadings(database, [{ plateNumber: "粤A00000", capturedAt: at(1) }], STRANGER);
  server = await startServer({ DATABASE_URL: database.url });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await database.drop();
});

interface Page {
  totalCount: number;
  nodes: Plate[];
  edges: { cursor: string; node: { number: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

const PAGE = `query ($filter: PlateFilter, $orderBy: PlateOrder, $first: Int, $after: String, $last: Int, $before: String) {
  plates(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { number firstSeenAt lastSeenAt sightings } edges { cursor node { number } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

async function page(variables: Record<string, unknown>): Promise<Page> {
  const { data, errors } = await graphql<{ plates: Page }>(server.url, PAGE, variables);
  expect(errors).toBeUndefined();
  return data.plates;
}

const PROPERTIES = {
  LAST_SEEN_AT: "lastSeenAt",
  FIRST_SEEN_AT: "firstSeenAt",
  SIGHTINGS: "sightings",
  NUMBER: "number",
} as const;
const ORDERS = Object.keys(PROPERTIES).flatMap((name) => [`${name}_ASC`, `${name}_DESC`]);

function inOrder(order: string, list: readonly Plate[]): Plate[] {
  const property = PROPERTIES[order.replace(/_(ASC|DESC)$/, "") as keyof typeof PROPERTIES];
  const sign = order.endsWith("_ASC") ? 1 : -1;
  const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);
  return list
    .map(({ number, firstSeenAt, lastSeenAt, sightings }) => ({ number, firstSeenAt, lastSeenAt, sightings }))
    .sort((a, b) => sign * (compare(a[property], b[property]) || compare(a.number, b.number)));
}

describe("plates", () => {
  const hour = fc.integer({ min: 0, max: 40 }).map(at);
  const count = fc.integer({ min: 1, max: 6 });
  const range = fc.record({ gte: hour, lt: hour }, { requiredKeys: [] });
  const conditions = fc.record({
    number: fc.oneof(
      fc.record({ eq: fc.constantFrom("粤a·00000", "粤A07919", "湘X10017") }),
      fc.record({ in: fc.constantFrom(["粤A00000", "京A15838", "湘x10003"], []) }),
      fc.record({ startsWith: fc.constantFrom("粤", "粤b", "WJ", "湘") }),
      fc.record({ contains: fc.constantFrom("79", "A1", "%", "7919") }),
      fc.record({ matches: fc.constantFrom("粤?0*", "*8", "京*1?") }),
    ),
    province: fc.subarray(["粤", "京", "藏", "nowhere"]),
    firstSeenAt: range,
    lastSeenAt: range,
    sightings: fc.record({ gte: count, lte: count }, { requiredKeys: [] }),
  });
  const NAMES = ["number", "province", "firstSeenAt", "lastSeenAt", "sightings"] as const;
  const names = fc.oneof({ weight: 4, arbitrary: fc.subarray([...NAMES], { maxLength: 2 }) }, fc.subarray([...NAMES]));
  const filters = fc
    .tuple(conditions, names)
    .map(([all, chosen]) => Object.fromEntries(chosen.map((name) => [name, all[name]])) as Partial<typeof all>);
  type Filter = typeof filters extends fc.Arbitrary<infer Value> ? Value : never;

  const plain = (text: string): string => text.replaceAll("·", "").toUpperCase();
  const pattern = (text: string): RegExp =>
    new RegExp(`^${plain(text).replaceAll("?", ".").replaceAll("*", ".*")}$`, "u");
  const within = (value: string, { gte, lt }: { gte?: string; lt?: string } = {}): boolean =>
    value >= (gte ?? "") && value < (lt ?? "9");

  /** What the conditions on a number mean, said once more in the plainest way; of `other` they may be met, too, where it is not null. */
  function fitsNumber(number: Filter["number"], text: string, other: string | null): boolean {
    const one: { eq?: string; in?: readonly string[]; startsWith?: string; contains?: string; matches?: string } =
      number ?? {};
    return [text, ...(other === null ? [] : [other])].some(
      (each) =>
        (one.eq === undefined || each === plain(one.eq)) &&
        (one.in === undefined || one.in.map(plain).includes(each)) &&
        (one.startsWith === undefined || each.startsWith(plain(one.startsWith))) &&
        (one.contains === undefined || each.includes(plain(one.contains))) &&
        (one.matches === undefined || pattern(one.matches).test(each)),
    );
  }

  function matches(plate: KnownPlate, { number, province, firstSeenAt, lastSeenAt, sightings }: Filter): boolean {
    return (
      fitsNumber(number, plate.number, plate.readAs) &&
      (province === undefined || province.some((each) => plate.number.replace("WJ", "").startsWith(each))) &&
      within(plate.firstSeenAt, firstSeenAt) &&
      within(plate.lastSeenAt, lastSeenAt) &&
      plate.sightings >= (sightings?.gte ?? 0) &&
      plate.sightings <= (sightings?.lte ?? 99)
    );
  }

  async function walk(filter: Filter, orderBy: string, size: number, backward: boolean): Promise<Plate[]> {
    const seen: Plate[] = [];
    for (let cursor: string | null = null, more = true; more;) {
      const { nodes, edges, pageInfo }: Page = await page(
        backward ? { filter, orderBy, last: size, before: cursor } : { filter, orderBy, first: size, after: cursor },
      );
      expect(edges.map(({ node }) => node.number)).toEqual(nodes.map(({ number }) => number));
      seen.splice(backward ? 0 : seen.length, 0, ...nodes);
      cursor = backward ? pageInfo.startCursor : pageInfo.endCursor;
      more = backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
    }
    return seen;
  }

  test.each(ORDERS)("%s walks over every plate once, from either end", async (orderBy) => {
    expect(await walk({}, orderBy, 37, false)).toEqual(inOrder(orderBy, plates));
    expect(await walk({}, orderBy, 41, true)).toEqual(inOrder(orderBy, plates));
  });

  test("any filter in any order, paged from either end, gives what its meaning says", async () => {
    let matched = 0;
    await fc.assert(
      fc.asyncProperty(
        filters,
        fc.constantFrom(...ORDERS),
        fc.integer({ min: 15, max: 100 }),
        fc.boolean(),
        async (filter, orderBy, size, backward) => {
          const fitting = plates.filter((plate) => matches(plate, filter));
          matched += fitting.length;
          expect((await page({ filter, first: 1 })).totalCount).toBe(fitting.length);
          expect(await walk(filter, orderBy, size, backward)).toEqual(inOrder(orderBy, fitting));
        },
      ),
      { numRuns: 100, seed: 7 },
    );
    // The property would hold of nothing as well.
    expect(matched).toBeGreaterThan(1000);
  });

  test("the same, and of readings, where more plates, or more corrections, meet a condition than are looked up one by one", async () => {
    const dataSource = createDataSource({
      url: database.url,
      poolSize: 1,
      logger: { error: () => undefined },
      entities: ENTITIES,
      migrations: MIGRATIONS,
    });
    await dataSource.initialize();
    const pool = new StatementPool("once", {
      url: database.url,
      size: 2,
      connectTimeoutMs: 10_000,
      statementTimeoutMs: 0,
      onError: () => undefined,
      onStatement: () => () => undefined,
      server: "primary",
    });
    const tables = new RecognitionTables(tablesOf(dataSource));
    const plateTable = new PlateTable(tablesOf(dataSource));
    const corrected = { from: tables.fromRecognitions, columns: tables.p };
    const principal = anonymousPrincipal("test");
    const plateRepository = new PlateRepository(pool, plateTable, corrected);
    const lists = [
      { maxLookedUp: 2, few: 2, compared: 2 },
      { maxLookedUp: 2, few: 2, compared: 1000 },
      { maxLookedUp: 2, few: 20, compared: 5 },
      { maxLookedUp: 20, few: 2, compared: 5 },
      { maxLookedUp: 20, few: 20, compared: 1000 },
    ].map(({ maxLookedUp, ...bounds }) => {
      const lookUp = new CorrectedReadingsLookUp(pool, corrected, bounds);
      return {
        list: new PlateList(pool, plateTable, plateRepository, lookUp, maxLookedUp),
        recognitions: new RecognitionRepository(pool, tables, plateRepository, lookUp, maxLookedUp),
      };
    });
    try {
      let several = 0;
      await fc.assert(
        fc.asyncProperty(
          filters,
          fc.constantFrom(...ORDERS),
          fc.integer({ min: 1, max: 60 }),
          fc.boolean(),
          async (filter, orderBy, size, backward) => {
            const order = orderBy as PlateOrder;
            const fitting = inOrder(
              order,
              plates.filter((plate) => matches(plate, filter)),
            );
            const page = { order, size, backward, after: null, before: null };
            const numbered = readings
              .filter((reading) => fitsNumber(filter.number, reading.plateNumber, reading.readAs))
              .sort((a, b) => (a.capturedAt + a.id < b.capturedAt + b.id ? -1 : 1));
            for (const { list, recognitions } of lists) {
              const found = await recognitions.findPage(
                principal,
                { plateNumber: filter.number ?? null },
                { ...page, order: "CAPTURED_AT_ASC", parts: { boxes: false, requests: false, images: false } },
              );
              expect(found.rows.map(({ key }) => key)).toEqual(
                (backward ? numbered.slice(-size) : numbered.slice(0, size)).map(({ id }) => id),
              );
              const first = await list.findPage(principal, filter, page);
              expect(first.rows).toEqual(backward ? fitting.slice(-size) : fitting.slice(0, size));
              expect(backward ? first.hasPreviousPage : first.hasNextPage).toBe(fitting.length > size);
              if (fitting.length <= size) continue;
              several += 1;
              const edge = first.rows.at(backward ? 0 : -1);
              const position = edge ? PLATE_LIST.positionOf(order, edge) : null;
              const next = await list.findPage(principal, filter, {
                ...page,
                [backward ? "before" : "after"]: position,
              });
              expect(next.rows).toEqual(
                backward ? fitting.slice(0, -size).slice(-size) : fitting.slice(size, 2 * size),
              );
            }
          },
        ),
        { numRuns: 150, seed: 11 },
      );
      expect(several).toBeGreaterThan(50);
    } finally {
      await pool.end();
      await dataSource.destroy();
    }
  });

  test("a cursor belongs to its order, and faulty ones are refused", async () => {
    const { pageInfo } = await page({ first: 1 });
    const faulty = [
      ["NUMBER_ASC", 1, "粤A1"],
      ["NUMBER_ASC", null, "\0"],
      ["NUMBER_ASC", null, 7],
    ].map((parts) => Buffer.from(JSON.stringify(parts)).toString("base64url"));
    for (const after of [pageInfo.endCursor, ...faulty]) {
      const { errors } = await graphql(server.url, PAGE, { orderBy: "NUMBER_ASC", after });
      expect(errors?.[0]?.extensions).toEqual({
        code: "BAD_USER_INPUT",
        retryable: false,
        requestId: expect.any(String),
      });
    }
  });
});

describe("a plate is a node", () => {
  const NODE = "query ($id: ID!) { node(id: $id) { __typename id ... on Plate { number sightings } } }";
  const idOf = (text: string): string => `plate_${Buffer.from(text).toString("base64url")}`;

  test("found by the id that it carries, alone and among others", async () => {
    const { data } = await graphql<{ plates: { nodes: { id: string; number: string }[] } }>(
      server.url,
      "{ plates(first: 3) { nodes { id number } } }",
    );
    for (const { id, number } of data.plates.nodes)
      expect((await graphql(server.url, NODE, { id })).data).toMatchObject({
        node: { __typename: "Plate", id, number },
      });
    const many = await graphql<{ nodes: unknown[] }>(server.url, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {
      ids: data.plates.nodes.map(({ id }) => id),
    });
    expect(many.data.nodes).toEqual(data.plates.nodes.map(({ id }) => ({ id })));
  });

  test("not one that only another partner saw, or nobody", async () => {
    for (const number of ["粤A00001", "粤Z99999"])
      expect((await graphql(server.url, NODE, { id: idOf(number) })).data).toEqual({ node: null });
  });

  test.each(["plate_", `${idOf("粤A00000")}=`, "plate_%%%", idOf("\0"), "plate_gA"])("%s is refused", async (id) => {
    expect((await graphql(server.url, NODE, { id })).errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  });
});

describe("cameras", () => {
  const CAMERAS = "{ cameras { id firstSeenAt lastSeenAt recognitionCount } }";

  /** What the counts must be, from the readings. */
  async function counted(): Promise<unknown[]> {
    const rows = await database.query<{ id: string; first: Date; last: Date; count: number }>(
      `SELECT camera_id AS id, min(captured_at) AS first, max(captured_at) AS last, count(*)::int AS count FROM plate_recognitions
        WHERE camera_id IS NOT NULL AND partner_id = $1 GROUP BY camera_id ORDER BY camera_id COLLATE "C"`,
      [BUILT_IN_PARTNER],
    );
    return rows.map(({ id, first, last, count }) => ({
      id,
      firstSeenAt: first.toISOString(),
      lastSeenAt: last.toISOString(),
      recognitionCount: count,
    }));
  }

  test("are counted as readings come, move and go", async () => {
    const change = (text: string): Promise<unknown> => database.query(text);
    const mod = (n: number): string => `('x' || right(id::text, 6))::bit(24)::int % ${n}`;
    const steps = [
      `UPDATE plate_recognitions SET camera_id = CASE ${mod(3)} WHEN 0 THEN 'gate' WHEN 1 THEN 'Yard' END`,
      `UPDATE plate_recognitions SET camera_id = 'lane' WHERE camera_id = 'gate' AND ${mod(2)} = 0`,
      `DELETE FROM plate_recognitions WHERE camera_id = 'Yard' AND ${mod(2)} = 0`,
      `DELETE FROM recognition_requests r USING plate_recognitions p WHERE p.request_id = r.id AND p.camera_id = 'lane' AND ('x' || right(p.id::text, 6))::bit(24)::int % 5 = 0`,
      `UPDATE plate_recognitions SET camera_id = NULL WHERE camera_id = 'Yard'`,
    ];
    expect((await graphql<{ cameras: unknown[] }>(server.url, CAMERAS)).data.cameras).toEqual([]);
    for (const step of steps) {
      await change(step);
      const expected = await counted();
      expect(expected.length).toBeGreaterThan(0);
      expect((await graphql<{ cameras: unknown[] }>(server.url, CAMERAS)).data.cameras).toEqual(expected);
    }
  });
});

test("the numbers that parts and likeness are looked up in are those of the plates", async () => {
  // The steps above removed plates.
  await storeReadings(database, [{ plateNumber: "粤A70000", capturedAt: at(1) }]);
  const [row] = await database.query<{ differences: number; numbers: number }>(
    `SELECT count(*) FILTER (WHERE q.number IS NULL OR n.number IS NULL)::int AS differences, count(*)::int AS numbers
      FROM plates q FULL JOIN plate_numbers n USING (partner_id, number)`,
  );
  expect(row?.differences).toBe(0);
  expect(row?.numbers).toBeGreaterThan(10);
});
