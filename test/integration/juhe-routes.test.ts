import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { JuheClient } from "../../src/juhe/juhe.client.js";
import { fixture, graphql, upload } from "../support/graphql-client.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

interface VendorAnswer {
  error_code: number;
  reason: string;
  result: { orderid: string; res: { desc: string; content: string; nID: null; index: null }[] } | null;
  resultcode?: string;
}

let database: TestDatabase;
let server: TestServer;
let plate: string;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startServer({ DATABASE_URL: database.url, MAX_IMAGE_BYTES: "500000" });
  const truth = JSON.parse(await readFile(new URL("../fixtures/fixtures.json", import.meta.url), "utf8")) as Record<
    string,
    { plateNumber: string }[]
  >;
  plate = truth.blue?.[0]?.plateNumber ?? "";
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await database.drop();
});

async function post(path: string, body: URLSearchParams | FormData): Promise<VendorAnswer> {
  const response = await fetch(`${server.url}/verify_carlicense/${path}`, { method: "POST", body });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^application\/json; ?charset=utf-8$/i);
  return (await response.json()) as VendorAnswer;
}

function multipart(fields: Record<string, string>, file: Buffer | null): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  if (file) form.append("file", new Blob([new Uint8Array(file)]), "car.jpg");
  return form;
}

const FIELDS = [
  "车牌号",
  "车牌颜色",
  "车牌颜色",
  "车牌类型",
  "整牌可信度",
  "亮度评价",
  "车牌运动方向",
  "车牌位置(left_top_right_bottom)",
];

describe("a program written for the vendor", () => {
  test("query: base64 in, the document's fields in the document's order out", async () => {
    const file = (await fixture("blue")).toString("base64");
    const answer = await post("query", new URLSearchParams({ key: "any", file }));
    expect(Object.keys(answer)).toEqual(["error_code", "reason", "result"]);
    expect(answer).toMatchObject({ error_code: 0, reason: "操作成功" });
    expect(answer.result?.res.map(({ desc }) => desc)).toEqual(FIELDS);
    expect(answer.result?.res.slice(0, 4).map(({ content }) => content)).toEqual([plate, "蓝", "1", "1"]);
    expect(answer.result?.res.at(-1)?.content).toMatch(/^\d+_\d+_\d+_\d+$/);
    const [row] = await database.query("SELECT source, status FROM recognition_requests WHERE order_id = $1", [
      answer.result?.orderid,
    ]);
    expect(row).toEqual({ source: "BASE64", status: "SUCCEEDED" });
  });

  test("verify: a file in, and the reading is stored like any other", async () => {
    const answer = await post("verify", multipart({ key: "any" }, await fixture("police")));
    const number = answer.result?.res[0]?.content;
    const { data } = await graphql<{ plate: { sightings: number } | null }>(
      server.url,
      "query ($number: String!) { plate(number: $number) { sightings } }",
      { number },
    );
    expect(data.plate).toEqual({ sightings: 1 });
    const [row] = await database.query("SELECT source FROM recognition_requests WHERE order_id = $1", [
      answer.result?.orderid,
    ]);
    expect(row).toEqual({ source: "UPLOAD" });
  });

  test("two plates repeat from a new 车牌号", async () => {
    const answer = await post("verify", multipart({ key: "any" }, await fixture("two-plates")));
    expect(answer.result?.res.map(({ desc }) => desc)).toEqual([...FIELDS, ...FIELDS]);
  });

  test("base64 whose + was not percent-encoded is understood", async () => {
    const file = (await fixture("blue")).toString("base64");
    const response = await fetch(`${server.url}/verify_carlicense/query`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: `key=any&file=${file}`,
    });
    expect(((await response.json()) as VendorAnswer).result?.res[0]?.content).toBe(plate);
  });

  test("base64 in a text field of a multipart form: query takes it as its `file`; verify, whose `file` is a file, does not", async () => {
    const file = (await fixture("blue")).toString("base64");
    const [query, verify] = [
      await post("query", multipart({ key: "any", file }, null)),
      await post("verify", multipart({ key: "any", file }, null)),
    ];
    expect(query.result?.res[0]?.content).toBe(plate);
    expect(verify).toMatchObject({ error_code: 271103, result: null });
    for (const path of ["query", "verify"]) {
      // The vendor's document knows no field of another name.
      const answer = await post(path, multipart({ key: "any", image: file }, null));
      expect(answer).toMatchObject({ error_code: 271102, result: null });
    }
  });

  test.each<[string, number, string, () => Promise<VendorAnswer>]>([
    ["no file", 271102, "file参数不可为空", async () => post("query", new URLSearchParams({ key: "any" }))],
    ["no file in a form", 271102, "file参数不可为空", async () => post("verify", multipart({ key: "any" }, null))],
    ["no key", 10001, "错误的请求KEY", async () => post("verify", multipart({}, await fixture("blue")))],
    [
      "no photo",
      271103,
      "识别失败",
      async () => post("query", new URLSearchParams({ key: "any", file: "bm90aGluZw==" })),
    ],
    ["no plate", 271103, "识别失败", async () => post("verify", multipart({ key: "any" }, await fixture("no-plate")))],
    [
      "too large a photo",
      271103,
      "识别失败",
      async () => post("verify", multipart({ key: "any" }, Buffer.alloc(500_001, 1))),
    ],
    [
      "a second file",
      271103,
      "识别失败",
      async () => {
        const form = multipart({ key: "any" }, await fixture("blue"));
        form.append("file", new Blob(["second"]), "second.jpg");
        return post("verify", form);
      },
    ],
    [
      "GET",
      271104,
      "只支持POST方法",
      async () => (await fetch(`${server.url}/verify_carlicense/query`)).json() as Promise<VendorAnswer>,
    ],
    [
      "PUT",
      271104,
      "只支持POST方法",
      async () =>
        (await fetch(`${server.url}/verify_carlicense/verify`, { method: "PUT" })).json() as Promise<VendorAnswer>,
    ],
  ])("%s is %i %s", async (_name, code, reason, call) => {
    expect(await call()).toMatchObject({ error_code: code, reason, result: null });
  });
});

describe("our own client pointed at our own routes", () => {
  test.each(["blue", "new-energy", "two-plates"])("comes out with the same reading of %s", async (name) => {
    const client = new JuheClient({ baseUrl: server.url, key: "any", timeoutMs: 10_000 });
    const bytes = await fixture(name);
    const { data } = await upload(server.url, bytes);
    const direct = data.recognizeUpload.recognitions;
    expect(direct.length).toBeGreaterThan(0);
    for (const answer of [
      await client.verify(bytes, "car.jpg", "image/jpeg"),
      await client.query(bytes.toString("base64")),
    ]) {
      expect(answer.outcome.kind).toBe("read");
      const { readings } = answer.outcome as Extract<typeof answer.outcome, { kind: "read" }>;
      const shown = readings.map(({ plateNumber, color, type, confidence, brightness, direction, boundingBox }) => ({
        plateNumber,
        color,
        type,
        confidence,
        brightness,
        direction,
        boundingBox,
      }));
      expect(shown).toEqual(
        direct.map(({ plateNumber, color, type, confidence, brightness, direction, boundingBox }) => ({
          plateNumber,
          color,
          type,
          confidence,
          brightness,
          direction,
          boundingBox,
        })),
      );
    }
    await client.close();
  });
});
