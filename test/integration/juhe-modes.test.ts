import { readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { fixture, upload, type GraphQLAnswer, type RecognizePayload } from "../support/graphql-client.js";
import { ANSWERS, EXAMPLE_ORDER_ID, EXAMPLE_READING, exampleWith, refusal, success } from "../support/juhe-answers.js";
import { JuheStandIn } from "../support/juhe-stand-in.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

let vendor: JuheStandIn;
let database: TestDatabase;
let localPlate: string;
const servers: Partial<Record<string, TestServer>> = {};

async function serverOf(mode: string): Promise<TestServer> {
  return (servers[mode] ??= await startServer({
    DATABASE_URL: database.url,
    RECOGNIZER: mode,
    JUHE_KEY: vendor.key,
    JUHE_BASE_URL: vendor.baseUrl,
    // 800 were too few for the first call of a server on a busy machine.
    JUHE_TIMEOUT_MS: "5000",
    LOG_LEVEL: "debug",
  }));
}

async function recognize(
  mode: string,
  name = "blue",
  options: Record<string, unknown> | null = null,
): Promise<GraphQLAnswer<{ recognizeUpload: RecognizePayload }>> {
  return upload((await serverOf(mode)).url, await fixture(name), options);
}

beforeAll(async () => {
  vendor = await JuheStandIn.start();
  database = await createTestDatabase();
  const truth = JSON.parse(await readFile(new URL("../fixtures/fixtures.json", import.meta.url), "utf8")) as Record<
    string,
    { plateNumber: string }[]
  >;
  localPlate = truth.blue?.[0]?.plateNumber ?? "";
});

afterEach(() => vendor.answerWith(ANSWERS.example));

afterAll(async () => {
  for (const server of Object.values(servers)) {
    // The key is in no line that a server wrote.
    expect(server?.output()).not.toContain(vendor.key);
    expect(await server?.stop()).toBe(0);
  }
  const rows = await database.query<{ row: string }>("SELECT r::text AS row FROM recognition_requests r");
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter(({ row }) => row.includes(vendor.key))).toEqual([]);
  await database.drop();
  await vendor.close();
});

describe("juhe", () => {
  test("the vendor's reading comes back and the raw answer is kept", async () => {
    const { data } = await recognize("juhe");
    const { request, recognitions } = data.recognizeUpload;
    expect(recognitions).toHaveLength(1);
    expect(recognitions[0]).toMatchObject({ ...EXAMPLE_READING, engine: "JUHE", province: "粤" });
    expect(request).toMatchObject({
      status: "SUCCEEDED",
      engine: "JUHE",
      orderId: EXAMPLE_ORDER_ID,
      juheErrorCode: null,
    });
    const [row] = await database.query<{ raw_answer: { error_code: number } }>(
      "SELECT raw_answer FROM recognition_requests ORDER BY id DESC LIMIT 1",
    );
    expect(row?.raw_answer).toEqual(ANSWERS.example.body);
  });

  test.each([
    [19, "UNKNOWN"],
    [77, "UNKNOWN"],
    [18, "NEW_ENERGY_LARGE"],
  ])("type code %i reads as %s and never as an error", async (code, type) => {
    vendor.answerWith(exampleWith({ 车牌类型: String(code) }));
    const { data } = await recognize("juhe");
    expect(data.recognizeUpload.recognitions[0]).toMatchObject({ type, plateNumber: "粤TNT444" });
  });

  test("two plates in one answer are two readings, the surer one first", async () => {
    vendor.answerWith(
      success([
        ["车牌号", "粤TNT444"],
        ["整牌可信度", "60"],
        ["车牌号", "京A12345"],
        ["整牌可信度", 90],
      ]),
    );
    const { data } = await recognize("juhe");
    expect(data.recognizeUpload.recognitions.map(({ plateNumber, confidence }) => [plateNumber, confidence])).toEqual([
      ["京A12345", 90],
      ["粤TNT444", 60],
    ]);
  });

  test("识别失败 is the answer that there is no plate", async () => {
    vendor.answerWith(refusal(271103, "识别失败"));
    const { data, errors } = await recognize("juhe");
    expect(errors).toBeUndefined();
    expect(data.recognizeUpload).toMatchObject({
      recognitions: [],
      request: { status: "NO_PLATE", juheErrorCode: 271103 },
    });
  });

  test.each([
    [271101, "RECOGNIZER_UNAVAILABLE", true],
    [10014, "RECOGNIZER_UNAVAILABLE", true],
    [10020, "RECOGNIZER_UNAVAILABLE", true],
    [10021, "RECOGNIZER_UNAVAILABLE", true],
    [10011, "RECOGNIZER_QUOTA_EXCEEDED", false],
    [10012, "RECOGNIZER_QUOTA_EXCEEDED", false],
    [10013, "RECOGNIZER_QUOTA_EXCEEDED", false],
    [10001, "RECOGNIZER_MISCONFIGURED", false],
    [10008, "RECOGNIZER_MISCONFIGURED", false],
    [271102, "INTERNAL_SERVER_ERROR", false],
  ])("code %i is %s, asked once, and leaves a FAILED request", async (code, expected, retryable) => {
    vendor.answerWith(refusal(code, "vendor's words"));
    const before = vendor.requests.length;
    const { errors } = await recognize("juhe");
    expect(vendor.requests.length - before).toBe(1);
    expect(errors?.[0]?.extensions).toMatchObject({ code: expected, retryable });
    const told = expected === "RECOGNIZER_UNAVAILABLE" || expected === "RECOGNIZER_QUOTA_EXCEEDED";
    expect(errors?.[0]?.extensions.juhe).toEqual(told ? { errorCode: code, reason: "vendor's words" } : undefined);
    const [row] = await database.query(
      "SELECT status, error_code, juhe_error_code FROM recognition_requests ORDER BY id DESC LIMIT 1",
    );
    expect(row).toEqual({ status: "FAILED", error_code: expected, juhe_error_code: code });
  });

  test.each<[string, Parameters<JuheStandIn["answerWith"]>[0]]>([
    ["HTML", { body: "<html><body>502</body></html>" }],
    ["HTTP 500", { status: 500, body: "oops" }],
    ["an answer cut off", { body: '{"error_code":0,"res', then: "cut" }],
    ["no answer", { body: "", then: "silence" }],
    ["a closed connection", { body: "", then: "close" }],
    ["a body that never ends", { body: " ", then: "drip" }],
  ])("%s is RECOGNIZER_UNAVAILABLE", async (_name, answer) => {
    vendor.answerWith(answer);
    const before = vendor.requests.length;
    const { errors } = await recognize("juhe");
    expect(errors?.[0]?.extensions).toMatchObject({ code: "RECOGNIZER_UNAVAILABLE", retryable: true });
    expect(vendor.requests.length - before).toBe(1);
  });

  test("a caller may name the engine", async () => {
    const before = vendor.requests.length;
    const { data } = await recognize("juhe", "blue", { engine: "LOCAL" });
    expect(data.recognizeUpload).toMatchObject({
      request: { engine: "LOCAL" },
      recognitions: [{ plateNumber: localPlate }],
    });
    expect(vendor.requests.length).toBe(before);
  });
});

describe("juhe-then-local", () => {
  test.each([10012, 271101])("code %i is covered by the local engine, which says so", async (code) => {
    vendor.answerWith(refusal(code, "no"));
    const { data, errors } = await recognize("juhe-then-local");
    expect(errors).toBeUndefined();
    expect(data.recognizeUpload.recognitions[0]).toMatchObject({ plateNumber: localPlate, engine: "LOCAL" });
    expect(data.recognizeUpload.request).toMatchObject({ status: "SUCCEEDED", engine: "LOCAL", juheErrorCode: code });
    const reason = code === 10012 ? "VENDOR_OUT_OF_QUOTA" : "VENDOR_UNAVAILABLE";
    expect(data.recognizeUpload.request.fallbackReason).toBe(reason);
  });

  test("a wrong key is not covered up", async () => {
    vendor.answerWith(refusal(10001, "错误的请求KEY"));
    const { errors } = await recognize("juhe-then-local");
    expect(errors?.[0]?.extensions.code).toBe("RECOGNIZER_MISCONFIGURED");
  });
});

describe("local-then-juhe", () => {
  test("a sure local reading costs nothing", async () => {
    const before = vendor.requests.length;
    const { data } = await recognize("local-then-juhe");
    expect(data.recognizeUpload).toMatchObject({
      request: { engine: "LOCAL", fallbackReason: null },
      recognitions: [{ plateNumber: localPlate }],
    });
    expect(vendor.requests.length).toBe(before);
  });

  test("no local reading asks the vendor", async () => {
    const before = vendor.requests.length;
    const { data } = await recognize("local-then-juhe", "no-plate");
    expect(data.recognizeUpload).toMatchObject({
      request: { engine: "JUHE" },
      recognitions: [{ plateNumber: "粤TNT444" }],
    });
    expect(vendor.requests.length).toBe(before + 1);
  });
});
