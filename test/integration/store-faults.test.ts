/** What callers are told, and what is stored, when a transaction breaks: by real cuts between the server and PostgreSQL. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { CuttingProxy } from "../support/cutting-proxy.js";
import { fixture, graphql, upload, WHITE_PIXEL, type GraphQLAnswer } from "../support/graphql-client.js";
import { JuheStandIn } from "../support/juhe-stand-in.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startFailing, startServer, type TestServer } from "../support/test-server.js";

let database: TestDatabase;
let server: TestServer | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  if (server !== undefined) expect(await server.stop()).toBe(0);
  server = undefined;
});

afterAll(() => database.drop());

type Answer = GraphQLAnswer<{ recognizeBase64: { request: { id: string } } | null } | null>;

function store(url: string, externalReference: string): Promise<Answer> {
  const query = `mutation ($image: String!, $options: RecognizeOptions) { recognizeBase64(image: $image, options: $options) { request { id } } }`;
  return graphql(url, query, { image: WHITE_PIXEL, options: { externalReference } });
}

async function storedUnder(reference: string): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM recognition_requests WHERE external_reference = $1",
    [reference],
  );
  return row?.count ?? 0;
}

describe("the connection is cut while a recognition is stored", () => {
  let proxy: CuttingProxy;

  beforeAll(async () => {
    proxy = await CuttingProxy.start(database.url);
  });

  afterAll(() => proxy.close());

  const start = async (): Promise<string> => {
    server = await startServer({ DATABASE_URL: proxy.url });
    return server.url;
  };

  test("C6: once, after the commit: it is stored once, and the caller gets its answer", async () => {
    const url = await start();
    proxy.cut("cut-once-after", "answered", 1);
    const { data, errors } = await store(url, "cut-once-after");
    expect(errors).toBeUndefined();
    expect(data?.recognizeBase64?.request.id).toMatch(/^request_/);
    expect(proxy.cuts).toBe(1);
    expect(await storedUnder("cut-once-after")).toBe(1);
  });

  test("C6: once, before the server has it: it is stored again", async () => {
    const url = await start();
    proxy.cut("cut-once-before", "sent", 1);
    expect((await store(url, "cut-once-before")).errors).toBeUndefined();
    expect(await storedUnder("cut-once-before")).toBe(1);
  });

  test("C6: every time, after the commit: it may be stored, so the caller is not told to try again", async () => {
    const url = await start();
    proxy.cut("cut-always-after", "answered", 100);
    const { errors } = await store(url, "cut-always-after");
    expect(errors?.[0]?.extensions).toMatchObject({ code: "INTERNAL_SERVER_ERROR", retryable: false });
    expect(await storedUnder("cut-always-after")).toBe(1);
  });
});

describe("the vendor has answered", () => {
  let vendor: JuheStandIn;

  beforeAll(async () => {
    vendor = await JuheStandIn.start();
  });

  afterAll(() => vendor.close());

  const start = async (): Promise<string> => {
    server = await startServer({
      DATABASE_URL: database.url,
      RECOGNIZER: "juhe",
      JUHE_KEY: vendor.key,
      JUHE_BASE_URL: vendor.baseUrl,
    });
    return server.url;
  };

  test("F: a box is stored and read back field by field", async () => {
    const url = await start();
    const { data } = await upload(url, await fixture("blue"));
    const [reading] = data.recognizeUpload.recognitions;
    const query = "query ($id: ID!) { plateRecognition(id: $id) { boundingBox { left top right bottom } } }";
    const again = await graphql<{ plateRecognition: { boundingBox: unknown } }>(url, query, { id: reading?.id });
    expect(again.data.plateRecognition.boundingBox).toEqual({ left: 273, top: 154, right: 345, bottom: 173 });
    const [row] = await database.query("SELECT box_left, box_top, box_right, box_bottom FROM plate_recognitions");
    expect(row).toEqual({ box_left: 273, box_top: 154, box_right: 345, box_bottom: 173 });
  });
});

test("C9: a database that only reads: reads go on, readiness fails, and both are well again afterwards", async () => {
  server = await startServer({ DATABASE_URL: database.url });
  const { url } = server;
  const readOnly = async (value: string): Promise<void> => {
    await database.query(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = ${value}', current_database()); END $$`,
    );
    await database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'plategraph'",
    );
  };
  const becomes = async (status: number): Promise<void> => {
    let latest = 0;
    for (const end = Date.now() + 20_000; latest !== status && Date.now() < end;)
      latest = (await fetch(`${url}/readyz`)).status;
    expect(latest).toBe(status);
  };
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  await readOnly("on");
  await becomes(503);
  expect((await graphql(url, "{ plateRecognitions { nodes { id } } }")).errors).toBeUndefined();
  const { errors } = await store(url, "read-only");
  expect(errors?.[0]?.extensions).toMatchObject({ code: "INTERNAL_SERVER_ERROR", retryable: true });
  // The test's own connections took the setting when they were opened before it.
  await database.query("SET default_transaction_read_only = off");
  await readOnly("off");
  await becomes(200);
  expect(await storedUnder("read-only")).toBe(0);
  // Probes leave nothing behind.
  expect((await database.query("SELECT FROM recognition_requests WHERE image_byte_size = 1")).length).toBe(0);
});

test("C12: a database of a later version: the server refuses to start and says why", async () => {
  await database.query("INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'Later9999999999999')");
  const { code, output } = await startFailing({ DATABASE_URL: database.url });
  expect(code).toBe(1);
  expect(output).toContain("later version");
  expect(output).toContain("Later9999999999999");
  await database.query("DELETE FROM migrations WHERE name = 'Later9999999999999'");
});
