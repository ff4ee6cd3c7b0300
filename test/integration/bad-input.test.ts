import { mkdtemp, readdir, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import sharp from "sharp";
import { fixture, graphql, postForm, RECOGNIZE_UPLOAD, upload } from "../support/graphql-client.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

const UUID = "00000000-0000-7000-8000-000000000000";

let database: TestDatabase;
let server: TestServer;
/** The server's temporary folder. */
let temporary: string;

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "plategraph-uploads-"));
  database = await createTestDatabase();
  server = await startServer({
    DATABASE_URL: database.url,
    TMPDIR: temporary,
    MAX_IMAGE_BYTES: "1000000",
    MAX_IMAGE_PIXELS: "4000000",
  });
});

afterAll(async () => {
  // The server lives through all of it, and still reads photos.
  const { data } = await upload(server.url, await fixture("blue"));
  expect(data.recognizeUpload.request.status).toBe("SUCCEEDED");
  // Uploads are kept in memory: neither those that were read nor those that were refused or broke off leave a file.
  expect(await readdir(temporary)).toEqual([]);
  expect(await server.stop()).toBe(0);
  await database.drop();
  await rm(temporary, { recursive: true });
});

describe("photos", () => {
  const GIF = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");
  test.each<[string, () => Promise<Buffer> | Buffer, string]>([
    ["an empty file", () => Buffer.alloc(0), "INVALID_IMAGE"],
    ["text named .jpg", () => Buffer.from("this is no photo at all, whatever its name says"), "INVALID_IMAGE"],
    ["a JPEG cut in half", async () => half(await fixture("blue")), "INVALID_IMAGE"],
    [
      "a PNG cut in half",
      async () =>
        half(
          await sharp(await fixture("blue"))
            .resize(300)
            .png()
            .toBuffer(),
        ),
      "INVALID_IMAGE",
    ],
    [
      "a WebP cut in half",
      async () =>
        half(
          await sharp(await fixture("blue"))
            .webp()
            .toBuffer(),
        ),
      "INVALID_IMAGE",
    ],
    ["the first bytes of a JPEG", async () => (await fixture("blue")).subarray(0, 20), "INVALID_IMAGE"],
    [
      "a bitmap with a broken header",
      () => Buffer.concat([Buffer.from("BM"), Buffer.alloc(100, 255)]),
      "INVALID_IMAGE",
    ],
    [
      "an SVG",
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'),
      "UNSUPPORTED_IMAGE_TYPE",
    ],
    [
      "an SVG behind an XML prologue",
      () => Buffer.from('<?xml version="1.0"?><!-- x --><svg width="10"/>'),
      "UNSUPPORTED_IMAGE_TYPE",
    ],
    ["a GIF", () => GIF, "UNSUPPORTED_IMAGE_TYPE"],
    [
      "a TIFF",
      async () =>
        sharp(await fixture("blue"))
          .resize(50)
          .tiff()
          .toBuffer(),
      "UNSUPPORTED_IMAGE_TYPE",
    ],
    ["a PDF", () => Buffer.from("%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"), "UNSUPPORTED_IMAGE_TYPE"],
    ["more bytes than allowed", () => Buffer.alloc(1_000_001, 1), "IMAGE_TOO_LARGE"],
    ["a PNG of 50,000 × 50,000 pixels in a few kilobytes", () => hugePng(50_000, 50_000), "IMAGE_TOO_LARGE"],
    ["a photo of one row too many pixels", () => hugePng(4_000_001, 1), "IMAGE_TOO_LARGE"],
  ])("%s", async (_name, make, code) => {
    const bytes = await make();
    const uploaded = await upload(server.url, bytes);
    expect(uploaded.errors?.[0]?.extensions).toMatchObject({ code, retryable: false });
    expect(uploaded.errors?.[0]?.message).toMatch(/^[A-Z].*\.$/);
    const asText = await graphql(
      server.url,
      "mutation ($image: String!) { recognizeBase64(image: $image) { reused } }",
      {
        image: bytes.toString("base64"),
      },
    );
    expect(asText.errors?.[0]?.extensions).toMatchObject({ code, retryable: false });
  });

  test.each([["not base64 at all!"], ["data:image/png,plain"], ["=="], ["abcde"]])("the text %j", async (image) => {
    const { errors } = await graphql(
      server.url,
      "mutation ($image: String!) { recognizeBase64(image: $image) { reused } }",
      { image },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: "INVALID_IMAGE", retryable: false });
  });

  test("a photo that breaks while it is decoded leaves its request behind as FAILED", async () => {
    const before = await failures();
    await upload(server.url, half(await fixture("police")));
    expect(await failures()).toBe(before + 1);
    const [row] = await database.query<Record<string, unknown>>(
      `SELECT error_code, engine, image_format, image_width, octet_length(image_sha256) AS hash FROM recognition_requests ORDER BY id DESC LIMIT 1`,
    );
    expect(row).toEqual({
      error_code: "INVALID_IMAGE",
      engine: "LOCAL",
      image_format: "JPEG",
      image_width: 960,
      hash: 32,
    });
  });

  test("a file over the limit is refused while it streams", async () => {
    const boundary = "limit";
    const head =
      `--${boundary}\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query: RECOGNIZE_UPLOAD, variables: { image: null } })}\r\n` +
      `--${boundary}\r\ncontent-disposition: form-data; name="map"\r\n\r\n{"0":["variables.image"]}\r\n` +
      `--${boundary}\r\ncontent-disposition: form-data; name="0"; filename="a.jpg"\r\n\r\n`;
    const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const outgoing = httpRequest(`${server.url}/graphql`, {
        method: "POST",
        headers: { "content-type": `multipart/form-data; boundary=${boundary}`, "apollo-require-preflight": "true" },
      });
      outgoing.on("error", reject);
      outgoing.on("response", (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => {
          resolve({ status: response.statusCode, body });
          outgoing.destroy();
        });
      });
      outgoing.write(head);
      // The form never ends: only a server that refuses while it reads can answer.
      outgoing.write(Buffer.alloc(1_200_000, 1));
    });
    expect(answer.status).toBe(413);
    expect(answer.body).toContain("IMAGE_TOO_LARGE");
  });
});

describe("multipart forms", () => {
  const file = (): Blob => new Blob(["x"]);
  const operations = JSON.stringify({ query: RECOGNIZE_UPLOAD, variables: { image: null } });
  test.each<[string, (form: FormData) => void]>([
    [
      "two files",
      (form) =>
        addAll(form, { operations, map: '{"0":["variables.image"],"1":["variables.image"]}', 0: file(), 1: file() }),
    ],
    ["no file", (form) => addAll(form, { operations, map: '{"0":["variables.image"]}' })],
    ["no map", (form) => addAll(form, { operations, 0: file() })],
    ["no operations", (form) => addAll(form, { map: "{}", 0: file() })],
    ["a map that is no JSON", (form) => addAll(form, { operations, map: "{", 0: file() })],
    [
      "a map to a place that does not exist",
      (form) => addAll(form, { operations, map: '{"0":["variables.photo"]}', 0: file() }),
    ],
    ["a map into a prototype", (form) => addAll(form, { operations, map: '{"0":["__proto__.image"]}', 0: file() })],
    ["a file that the map does not name", (form) => addAll(form, { operations, map: "{}", 0: file() })],
    [
      "a batch",
      (form) => addAll(form, { operations: `[${operations}]`, map: '{"0":["0.variables.image"]}', 0: file() }),
    ],
    ["a map that leaves the variable null", (form) => addAll(form, { operations, map: "{}" })],
  ])("%s", async (_name, fill) => {
    const form = new FormData();
    fill(form);
    const { errors } = await postForm(server.url, form);
    expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", retryable: false });
  });

  test("a form that ends early", async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=b", "apollo-require-preflight": "true" },
      body: '--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{"que',
    });
    const { errors } = (await response.json()) as { errors: { extensions: object }[] };
    expect(errors[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
  });

  test("a form from another site is not answered (CSRF)", async () => {
    const form = new FormData();
    addAll(form, { operations: JSON.stringify({ query: "{ __typename }" }), map: "{}" });
    const response = await fetch(`${server.url}/graphql`, { method: "POST", body: form });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("Cross-Site Request Forgery");
  });
});

describe("arguments", () => {
  test.each([
    ["first: -1", `{ plateRecognitions(first: -1) { totalCount } }`],
    ["first: 101", `{ plateRecognitions(first: 101) { totalCount } }`],
    ["last: -1", `{ plateRecognitions(last: -1) { totalCount } }`],
    ["first and last", `{ plateRecognitions(first: 1, last: 1) { totalCount } }`],
    ["a bad cursor", `{ plateRecognitions(after: "bad") { totalCount } }`],
    [
      "a cursor with a bad date",
      `{ plateRecognitions(after: "${cursor(["CAPTURED_AT_DESC", "2026-99-99T00:00:00.000Z", UUID])}") { totalCount } }`,
    ],
    [
      "a cursor of another order",
      `{ plateRecognitions(after: "${cursor(["CONFIDENCE_ASC", 5, UUID])}") { totalCount } }`,
    ],
    [
      "a day that does not exist",
      `{ plateRecognitions(filter: { capturedAt: { gte: "2026-02-30T00:00:00Z" } }) { totalCount } }`,
    ],
    [
      "a date without a zone",
      `{ plateRecognitions(filter: { capturedAt: { gte: "2026-02-03T00:00:00" } }) { totalCount } }`,
    ],
    ["a number for a date", `{ plateRecognitions(filter: { capturedAt: { gte: 5 } }) { totalCount } }`],
    ["an unknown enum value", `{ plateRecognitions(filter: { color: [PINK] }) { totalCount } }`],
    ["a number too large", `{ plateRecognitions(filter: { confidence: { gte: 99999999999 } }) { totalCount } }`],
    ["a bad id", `{ node(id: "nonsense") { id } }`],
    ["an id of another type", `{ plateRecognition(id: "request_${UUID}") { id } }`],
    ["a NUL in a filter", `{ plateRecognitions(filter: { cameraId: ["\\u0000"] }) { totalCount } }`],
    ["a NUL in a plate", `{ plate(number: "\\u0000") { number } }`],
    ["101 ids", `{ nodes(ids: [${Array.from({ length: 101 }, () => '"x"').join()}]) { id } }`],
  ])("%s", async (_name, query) => {
    const { errors } = await graphql(server.url, query);
    expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", retryable: false });
  });

  test("a bad date in a variable", async () => {
    const query = "query ($date: DateTime) { plateRecognitions(filter: { capturedAt: { lt: $date } }) { totalCount } }";
    const { errors } = await graphql(server.url, query, { date: "yesterday" });
    expect(errors?.[0]?.extensions).toEqual({
      code: "BAD_USER_INPUT",
      retryable: false,
      requestId: expect.any(String),
    });
  });

  test.each([
    ["cameraId", "x".repeat(257)],
    ["cameraId", "half of a pair \ud83d"],
    ["externalReference", "a\0b"],
    ["capturedAt", "2026-13-01T00:00:00Z"],
  ])("a bad %s among the options", async (name, value) => {
    const { errors } = await upload(server.url, await fixture("blue"), { [name]: value });
    expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", retryable: false });
  });

  test("a body that is no JSON", async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{",
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: "BAD_USER_INPUT", retryable: false } }],
    });
  });

  test("what is unknown but well formed is null, not an error", async () => {
    const id = `recognition_${UUID}`;
    const { data, errors } = await graphql<Record<string, unknown>>(
      server.url,
      `{ node(id: "${id}") { id } nodes(ids: ["${id}"]) { id } plateRecognition(id: "${id}") { id } plate(number: "粤X00000") { number } }`,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ node: null, nodes: [null], plateRecognition: null, plate: null });
  });
});

function cursor(parts: unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

function addAll(form: FormData, parts: Record<string, string | Blob>): void {
  // Integer-like keys come first in an object; the specification wants operations and map before the files.
  for (const [name, value] of Object.entries(parts)) if (typeof value === "string") form.append(name, value);
  for (const [name, value] of Object.entries(parts)) if (typeof value !== "string") form.append(name, value, "a.jpg");
}

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

async function failures(): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM recognition_requests WHERE status = 'FAILED'`,
  );
  return row?.count ?? -1;
}

/** A valid header with any size, and a little compressed data behind it. */
function hugePng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const frame = Buffer.alloc(body.length + 8);
    frame.writeUInt32BE(data.length, 0);
    body.copy(frame, 4);
    frame.writeUInt32BE(crc32(body), body.length + 4);
    return frame;
  };
  const data = deflateSync(Buffer.alloc(2_000_000));
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", header),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
