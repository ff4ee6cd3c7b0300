import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import sharp, { type Sharp } from "sharp";
import { fixture, graphql, upload, type Recognized, type RecognizePayload } from "../support/graphql-client.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

interface Truth {
  plateNumber: string;
  color: string;
  type: string;
  corners: [number, number][];
}

let database: TestDatabase;
let server: TestServer;
let truth: Record<string, Truth[]>;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startServer({ DATABASE_URL: database.url });
  truth = JSON.parse(await readFile(new URL("../fixtures/fixtures.json", import.meta.url), "utf8")) as Record<
    string,
    Truth[]
  >;
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await database.drop();
});

function expectedOf(name: string): Truth {
  const [plate] = truth[name] ?? [];
  if (plate === undefined) throw new Error(`fixtures.json has no plate for ${name}`);
  return plate;
}

/** Shared area over joint area of the reading's box and the box around the true corners. */
function overlap(box: Recognized["boundingBox"], corners: [number, number][]): number {
  if (box === null) return 0;
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const width = Math.min(box.right, Math.max(...xs)) - Math.max(box.left, Math.min(...xs));
  const height = Math.min(box.bottom, Math.max(...ys)) - Math.max(box.top, Math.min(...ys));
  const shared = Math.max(0, width) * Math.max(0, height);
  const area = (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
  return shared / ((box.right - box.left) * (box.bottom - box.top) + area - shared);
}

describe("a photo through GraphQL", () => {
  test("many at once, in turn with each other: none takes another's place", async () => {
    const names = ["blue", "new-energy", "yellow-double", "police"];
    const photos = await Promise.all(names.map(fixture));
    const answers = await Promise.all(
      Array.from({ length: 8 }, async (_, caller) => {
        const own = [];
        for (let turn = 0; turn < 4; turn += 1) {
          const which = (caller + turn) % photos.length;
          const { data } = await upload(server.url, photos[which] ?? Buffer.alloc(0));
          own.push({ which, ...data.recognizeUpload });
        }
        return own;
      }),
    );
    for (const { which, request, recognitions } of answers.flat()) {
      const photo = photos[which] ?? Buffer.alloc(0);
      expect(request.image).toMatchObject({
        sha256: createHash("sha256").update(photo).digest("hex"),
        byteSize: photo.length,
      });
      expect(recognitions.map(({ plateNumber }) => plateNumber)).toEqual([expectedOf(names[which] ?? "").plateNumber]);
    }
  });

  test.each(["blue", "new-energy", "yellow-double", "police"])("the %s plate comes back read", async (name) => {
    const bytes = await fixture(name);
    const { data, errors } = await upload(server.url, bytes);
    expect(errors).toBeUndefined();
    const { request, recognitions, reused } = data.recognizeUpload;
    const { plateNumber, color, type, corners } = expectedOf(name);
    expect(reused).toBe(false);
    expect(recognitions).toHaveLength(1);
    expect(recognitions[0]).toMatchObject({
      plateNumber,
      color,
      type,
      direction: "UNKNOWN",
      engine: "LOCAL",
      province: plateNumber[0],
    });
    expect(overlap(recognitions[0]?.boundingBox ?? null, corners)).toBeGreaterThan(0.6);
    expect(request).toMatchObject({
      status: "SUCCEEDED",
      engine: "LOCAL",
      source: "UPLOAD",
      errorCode: null,
      image: {
        sha256: createHash("sha256").update(bytes).digest("hex"),
        byteSize: bytes.length,
        format: "JPEG",
        width: 960,
        height: 640,
      },
    });
  });

  test("every plate in a photo is found, each with its own box", async () => {
    const { data } = await upload(server.url, await fixture("two-plates"));
    const readings = data.recognizeUpload.recognitions;
    const plates = truth["two-plates"] ?? [];
    expect(readings.map(({ plateNumber }) => plateNumber).sort()).toEqual(
      plates.map(({ plateNumber }) => plateNumber).sort(),
    );
    for (const reading of readings) {
      const plate = plates.find(({ plateNumber }) => plateNumber === reading.plateNumber);
      expect(overlap(reading.boundingBox, plate?.corners ?? [])).toBeGreaterThan(0.6);
    }
    expect(readings[0]?.confidence).toBeGreaterThanOrEqual(readings[1]?.confidence ?? 101);
  });

  test("a photo without a plate is an answer, and is kept", async () => {
    const { data, errors } = await upload(server.url, await fixture("no-plate"));
    expect(errors).toBeUndefined();
    expect(data.recognizeUpload).toMatchObject({ recognitions: [], request: { status: "NO_PLATE" } });
    const again = await graphql<{ recognitionRequest: { status: string } }>(
      server.url,
      "query ($id: ID!) { recognitionRequest(id: $id) { status } }",
      {
        id: data.recognizeUpload.request.id,
      },
    );
    expect(again.data.recognitionRequest.status).toBe("NO_PLATE");
  });

  test.each([
    ["PNG", (image: Sharp) => image.png().toBuffer()],
    ["WEBP", (image: Sharp) => image.webp({ quality: 90 }).toBuffer()],
    ["BMP", async (image: Sharp) => bitmapOf(await image.raw().toBuffer(), 960, 640)],
  ])("%s is read like JPEG, whatever the file is called", async (format, encode) => {
    const { data } = await upload(server.url, await encode(sharp(await fixture("blue"))), null, "notes.txt");
    expect(data.recognizeUpload.request.image.format).toBe(format);
    expect(data.recognizeUpload.recognitions[0]?.plateNumber).toBe(expectedOf("blue").plateNumber);
  });

  test("an EXIF rotation is undone for reading, and the box is in pixels of the image as sent", async () => {
    // Stored lying on its side, with the note "turn by 90° clockwise" (6): viewers show it upright.
    const bytes = await sharp(await fixture("blue"))
      .rotate(270)
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 92 })
      .toBuffer();
    const { data } = await upload(server.url, bytes);
    const { plateNumber, corners } = expectedOf("blue");
    expect(data.recognizeUpload.request.image).toMatchObject({ width: 640, height: 960 });
    expect(data.recognizeUpload.recognitions[0]?.plateNumber).toBe(plateNumber);
    // Upright (x, y) lies at (y, 960 - x) of the stored grid.
    const stored = corners.map(([x, y]) => [y, 960 - x] as [number, number]);
    expect(overlap(data.recognizeUpload.recognitions[0]?.boundingBox ?? null, stored)).toBeGreaterThan(0.6);
  });

  test("base64 is read like an upload, bare and as a data: URI", async () => {
    const base64 = (await fixture("blue")).toString("base64");
    for (const image of [base64, `data:image/jpeg;base64,${base64}`]) {
      const { data } = await graphql<{ recognizeBase64: RecognizePayload }>(
        server.url,
        "mutation ($image: String!) { recognizeBase64(image: $image) { request { source status } recognitions { plateNumber } } }",
        { image },
      );
      expect(data.recognizeBase64.request).toEqual({ source: "BASE64", status: "SUCCEEDED" });
      expect(data.recognizeBase64.recognitions[0]?.plateNumber).toBe(expectedOf("blue").plateNumber);
    }
  });

  test("what the caller said is kept, and the reading is found by plate, date and confidence", async () => {
    const { plateNumber } = expectedOf("new-energy");
    const options = { cameraId: "gate 7", capturedAt: "2025-05-04T03:02:01.123+08:00", externalReference: "order-1" };
    const { data } = await upload(server.url, await fixture("new-energy"), options);
    const [reading] = data.recognizeUpload.recognitions;
    expect(reading).toMatchObject({ cameraId: "gate 7", capturedAt: "2025-05-03T19:02:01.123Z" });
    expect(data.recognizeUpload.request.externalReference).toBe("order-1");
    const found = await graphql<{ plateRecognitions: { totalCount: number; nodes: { id: string }[] } }>(
      server.url,
      "query ($filter: PlateRecognitionFilter) { plateRecognitions(filter: $filter) { totalCount nodes { id } } }",
      {
        filter: {
          plateNumber: { eq: `${plateNumber.slice(0, 2)}·${plateNumber.slice(2).toLowerCase()}` },
          capturedAt: { gte: "2025-05-03T19:02:01.123Z", lt: "2025-05-03T19:02:01.124Z" },
          confidence: { gte: 50, lte: 100 },
        },
      },
    );
    expect(found.data.plateRecognitions).toEqual({ totalCount: 1, nodes: [{ id: reading?.id }] });
  });

  test("the photos themselves are not kept, only their facts", async () => {
    const rows = await database.query<{ bytes: string }>(
      `SELECT max(pg_column_size(r.*))::text AS bytes FROM recognition_requests r`,
    );
    expect(Number(rows[0]?.bytes)).toBeLessThan(2000);
  });
});

/** A 24-bit Windows bitmap, rows from the bottom up. */
function bitmapOf(rgb: Buffer, width: number, height: number): Buffer {
  const rowBytes = Math.ceil((width * 3) / 4) * 4;
  const file = Buffer.alloc(54 + rowBytes * height);
  file.write("BM", 0, "latin1");
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = (row * width + column) * 3;
      const to = 54 + (height - 1 - row) * rowBytes + column * 3;
      for (let channel = 0; channel < 3; channel++) file[to + channel] = rgb[from + 2 - channel] ?? 0;
    }
  }
  return file;
}
