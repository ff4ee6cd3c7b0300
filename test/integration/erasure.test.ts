/** Erasure and retention: what was erased is in no table, counts stay, and inserts go on. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { graphql, type GraphQLAnswer } from "../support/graphql-client.js";
import { createKey } from "../support/keys-command.js";
import { BUILT_IN_PARTNER, storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";
import { until } from "../support/until.js";

let database: TestDatabase;
let server: TestServer;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startServer({ DATABASE_URL: database.url, RATE_LIMIT_PER_MINUTE: "0" });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await database.drop();
});

type Answer = GraphQLAnswer<{ deletePlateRecognitions: number; deleteRecognitionRequests: number }>;

const READINGS = "mutation ($filter: PlateRecognitionFilter!) { deletePlateRecognitions(filter: $filter) }";
const REQUESTS = "mutation ($filter: RecognitionRequestFilter!) { deleteRecognitionRequests(filter: $filter) }";

function erase(query: string, filter: object, key: string | null = null): Promise<Answer> {
  return graphql(server.url, query, { filter }, key);
}

const day = (n: number): string => `2026-05-${String(n).padStart(2, "0")}T00:00:00.000Z`;

/** The tables that hold the text in any of their columns. */
async function tablesWith(text: string): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await database.query(`SELECT FROM ${name} AS t WHERE position($1 IN t::text) > 0 LIMIT 1`, [text]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}

test("docs/privacy.md names every table", async () => {
  const document = await readFile(new URL("../../docs/privacy.md", import.meta.url), "utf8");
  const tables = await database.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'",
  );
  expect(tables.length).toBeGreaterThan(10);
  expect(tables.map(({ name }) => name).filter((name) => !document.includes(`\`${name}\``))).toEqual([]);
});

test("erasing a plate leaves no trace of it in any table, also of what the engine read and of numbers between", async () => {
  const [id = "", other = ""] = await storeReadings(database, [
    { plateNumber: "粤A11111", capturedAt: day(1) },
    { plateNumber: "粤A44444", capturedAt: day(2) },
  ]);
  await database.query(
    `UPDATE recognition_requests SET raw_answer = '{"result": [{"car_number": "粤A11111"}]}', external_reference = 'car 粤a11111'
     WHERE id = (SELECT request_id FROM plate_recognitions WHERE id = $1)`,
    [id],
  );
  for (const [reading, number] of [
    [id, "粤A22222"],
    [id, "粤A33333"],
    [other, "粤A22222"],
    [other, "粤A55555"],
  ]) {
    const { errors } = await graphql(
      server.url,
      `mutation { correctPlateRecognition(id: "recognition_${reading}", plateNumber: "${number}") { id } }`,
    );
    expect(errors).toBeUndefined();
  }
  expect(await tablesWith("粤A11111")).toEqual(["plate_corrections", "plate_recognitions", "recognition_requests"]);
  expect((await erase(READINGS, { plateNumber: { eq: "粤A11111" } })).data.deletePlateRecognitions).toBe(1);
  for (const number of ["11111", "粤A33333"]) expect(await tablesWith(number)).toEqual([]);
  // It stands in the history of another reading alone.
  expect(await tablesWith("粤A22222")).toEqual(["plate_corrections"]);
  expect((await erase(READINGS, { plateNumber: { eq: "粤A22222" } })).data.deletePlateRecognitions).toBe(0);
  expect(await tablesWith("粤A22222")).toEqual([]);
  expect(await tablesWith("粤A55555")).toEqual(["plate_corrections", "plate_numbers", "plate_recognitions", "plates"]);
  expect(
    await database.query(
      "SELECT subject, affected FROM audit_entries WHERE action = 'RECOGNITIONS_ERASED' ORDER BY id",
    ),
  ).toEqual([
    { subject: null, affected: 1 },
    { subject: null, affected: 0 },
  ]);
});

test("many go in one call while readings of the same plates arrive; what does not match stays", async () => {
  const plates = Array.from({ length: 5 }, (_, n) => `川B0000${n}`);
  const readings = Array.from({ length: 1050 }, (_, n) => ({
    plateNumber: plates[n % 5] ?? "",
    capturedAt: day(1 + (n % 2)),
    confidence: n % 7 === 0 ? 40 : 90,
  }));
  await storeReadings(database, readings);
  const filter = { plateNumber: { startsWith: "川B" }, confidence: { gte: 50 } };
  const arriving = Array.from({ length: 20 }, (_, n) =>
    storeReadings(database, [{ plateNumber: plates[n % 5] ?? "", capturedAt: day(3), confidence: 40 }]),
  );
  const [{ data, errors }] = await Promise.all([erase(READINGS, filter), ...arriving]);
  expect(errors).toBeUndefined();
  expect(data.deletePlateRecognitions).toBe(900);
  expect(await database.query("SELECT count(*)::int FROM plate_recognitions WHERE plate_number LIKE '川B%'")).toEqual([
    { count: 170 },
  ]);
  expect(await database.query("SELECT number, sightings FROM plates WHERE number LIKE '川B%' ORDER BY 1")).toEqual(
    await database.query(
      "SELECT plate_number AS number, count(*)::int AS sightings FROM plate_recognitions WHERE plate_number LIKE '川B%' GROUP BY 1 ORDER BY 1",
    ),
  );
});

test("erased requests take their readings, hashes and answers along, and leave counts by the hour", async () => {
  await storeReadings(database, [
    { plateNumber: "贵C70001", capturedAt: "2026-04-01T10:20:00.000Z" },
    { plateNumber: "贵C70002", capturedAt: "2026-04-01T10:59:59.999Z" },
    { plateNumber: "贵C70003", capturedAt: "2026-04-01T11:00:00.000Z" },
    { plateNumber: "贵C70004", capturedAt: "2026-04-02T00:00:00.000Z" },
  ]);
  await database.query("UPDATE recognition_requests SET image_sha256 = sha256('gone') WHERE created_at < '2026-04-02'");
  const filter = { createdAt: { gte: "2026-04-01T00:00:00Z", lt: "2026-04-02T00:00:00Z" } };
  expect((await erase(REQUESTS, filter)).data.deleteRecognitionRequests).toBe(3);
  for (const number of ["贵C70001", "贵C70002", "贵C70003"]) expect(await tablesWith(number)).toEqual([]);
  expect(await database.query("SELECT FROM recognition_requests WHERE image_sha256 = sha256('gone')")).toEqual([]);
  expect(await tablesWith("贵C70004")).toEqual(["plate_numbers", "plate_recognitions", "plates"]);
  const counts = "SELECT hour, recognitions, no_plate, failed, local, juhe FROM erased_usage ORDER BY hour";
  const hour = (text: string, recognitions: number): object => ({
    hour: new Date(text),
    recognitions,
    no_plate: 0,
    failed: 0,
    local: recognitions,
    juhe: 0,
  });
  expect(await database.query(counts)).toEqual([hour("2026-04-01T10:00:00Z", 2), hour("2026-04-01T11:00:00Z", 1)]);
});

test("erasing a plate takes it out of the searches in the audit log, of which who and when stay", async () => {
  const searching = await startServer({ DATABASE_URL: database.url, AUDIT_SEARCHES: "true" });
  try {
    await storeReadings(database, [
      { plateNumber: "渝A66661", capturedAt: day(1) },
      { plateNumber: "渝A66662", capturedAt: day(1) },
      { plateNumber: "渝A66662", capturedAt: day(2) },
      { plateNumber: "渝A66663", capturedAt: day(3) },
    ]);
    const search = async (query: string): Promise<unknown> =>
      (await graphql(searching.url, `{ ${query} }`)).errors ?? null;
    const readings = (condition: string): string =>
      `plateRecognitions(filter: { plateNumber: { ${condition} } }) { nodes { id } }`;
    for (const query of [
      `plate(number: "渝a·66661") { number }`,
      `similarPlates(number: "渝A66661") { distance }`,
      readings(`eq: "渝A-66661"`),
      readings(`in: ["渝A66669", "渝a66661"]`),
      readings(`matches: "*渝A66661?"`),
      `plates(filter: { number: { contains: "渝A66661" } }) { nodes { id } }`,
      `node(id: "plate_${Buffer.from("渝A66661").toString("base64url")}") { id }`,
      `plate(number: "渝A66662") { number }`,
      `plate(number: "渝A66663") { number }`,
      readings(`startsWith: "渝A6666"`),
    ])
      expect({ query, errors: await search(query) }).toEqual({ query, errors: null });
    // One of two readings: the plate is still there.
    const { errors } = await graphql(searching.url, READINGS, {
      filter: { capturedAt: { lt: day(2) }, plateNumber: { startsWith: "渝A6666" } },
    });
    expect(errors).toBeUndefined();
    expect(await tablesWith("渝A66661")).toEqual([]);
    const subjects = async (): Promise<(string | null)[]> =>
      (
        await database.query<{ subject: string | null }>(
          "SELECT subject FROM audit_entries WHERE action = 'PLATES_SEARCHED' ORDER BY id",
        )
      ).map(({ subject }) => subject);
    const forgotten = [
      "plate",
      "similarPlates",
      "plateRecognitions",
      "plateRecognitions",
      "plateRecognitions",
      "plates",
      "node",
    ];
    expect(await subjects()).toEqual([
      ...forgotten,
      `plate "渝A66662"`,
      `plate "渝A66663"`,
      `plateRecognitions {"startsWith":"渝A6666"}`,
    ]);
    // With requests, on a server that waits for nobody's searches.
    expect((await erase(REQUESTS, { createdAt: { gte: day(2), lt: day(3) } })).errors).toBeUndefined();
    expect(await tablesWith("渝A66662")).toEqual([]);
    // A plate that no reading had was searched for all the same.
    expect(await search(`plate(number: "渝A66664") { number }`)).toBeNull();
    expect((await graphql(searching.url, READINGS, { filter: { plateNumber: { eq: "渝A66664" } } })).data).toEqual({
      deletePlateRecognitions: 0,
    });
    expect(await tablesWith("渝A66664")).toEqual([]);
    expect((await subjects())[8]).toBe(`plate "渝A66663"`);
  } finally {
    await searching.stop();
  }
});

test.each([
  [READINGS, {}],
  [READINGS, { plateNumber: {} }],
  [READINGS, { plateNumber: { contains: " " }, capturedAt: {} }],
  [READINGS, { plateNumber: { matches: "**" } }],
  [READINGS, { plateNumber: { eq: null }, color: null }],
  [REQUESTS, {}],
  [REQUESTS, { createdAt: { lt: null } }],
])("%s refuses the empty filter %j", async (query, filter) => {
  expect((await erase(query, filter)).errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
});

test("needs the scope admin, and reaches no other partner's records", async () => {
  const reader = await createKey(database.url, "stranger", "recognize,read");
  const admin = await createKey(database.url, "stranger", "admin");
  await storeReadings(database, [{ plateNumber: "青D90001", capturedAt: day(9) }]);
  for (const [query, filter] of [
    [READINGS, { plateNumber: { eq: "青D90001" } }],
    [REQUESTS, { createdAt: { gte: day(1) } }],
  ] as const) {
    expect((await erase(query, filter, reader)).errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    expect(Object.values((await erase(query, filter, admin)).data)).toEqual([0]);
  }
  expect(await tablesWith("青D90001")).toEqual(["plate_numbers", "plate_recognitions", "plates"]);
});

test("RETENTION_DAYS erases what is older, of every partner, once over two servers, and says so", async () => {
  await createKey(database.url, "kept", "read");
  const [partner] = await database.query<{ id: string }>("SELECT id FROM partners WHERE name = 'kept'");
  const daysAgo = (days: number): string => new Date(Date.now() - days * 24 * 3_600_000).toISOString();
  await storeReadings(
    database,
    Array.from({ length: 250 }, () => ({ plateNumber: "宁E00001", capturedAt: daysAgo(31) })),
    partner?.id,
  );
  await storeReadings(database, [
    { plateNumber: "宁E00002", capturedAt: daysAgo(31) },
    { plateNumber: "宁E00003", capturedAt: daysAgo(29) },
  ]);
  const settings = { DATABASE_URL: database.url, RETENTION_DAYS: "30" };
  const servers = await Promise.all([startServer(settings), startServer(settings)]);
  try {
    for (const plate of ["宁E00001", "宁E00002"])
      await until(`${plate} erased`, async () => (await tablesWith(plate)).length === 0);
  } finally {
    await Promise.all(servers.map((each) => each.stop()));
  }
  expect([await tablesWith("宁E00001"), await tablesWith("宁E00002")]).toEqual([[], []]);
  expect(await tablesWith("宁E00003")).toEqual(["plate_numbers", "plate_recognitions", "plates"]);
  expect(servers.map((each) => each.output()).join("")).toContain("erased requests older than RETENTION_DAYS");
  const erased = await database.query<{ sum: number }>(
    "SELECT sum(affected)::int FROM audit_entries WHERE subject = 'RETENTION_DAYS' AND partner_id = $1",
    [partner?.id],
  );
  expect(erased).toEqual([{ sum: 250 }]);
  expect(
    await database.query("SELECT sum(recognitions)::int FROM erased_usage WHERE partner_id = $1", [partner?.id]),
  ).toEqual([{ sum: 250 }]);
  expect(BUILT_IN_PARTNER).not.toBe(partner?.id);
});
