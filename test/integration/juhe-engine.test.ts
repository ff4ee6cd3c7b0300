import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createHash, randomBytes } from "node:crypto";
import { pino } from "pino";
import sharp, { type Sharp } from "sharp";
import type { BoundingBox, ImageFormat, Photo } from "../../src/images/photo.js";
import { JuheClient } from "../../src/juhe/juhe.client.js";
import { JuheEngine } from "../../src/engines/juhe.engine.js";
import { EngineError, type Recognition } from "../../src/engines/engine.js";
import { engineCall } from "../support/engine-calls.js";
import { ANSWERS, EXAMPLE_ORDER_ID, EXAMPLE_READING, exampleWith, refusal, success } from "../support/juhe-answers.js";
import { JuheStandIn } from "../support/juhe-stand-in.js";

let vendor: JuheStandIn;
let client: JuheClient;
let engine: JuheEngine;
let logged: string[];

beforeEach(async () => {
  vendor = await JuheStandIn.start();
  client = new JuheClient({ baseUrl: vendor.baseUrl, key: vendor.key, timeoutMs: 5000 });
  logged = [];
  engine = new JuheEngine(client, pino({}, { write: (line: string) => void logged.push(line) }));
});

afterEach(async () => {
  await client.close();
  await vendor.close();
});

/** A caller who waits for the answer to the end. */
const WAITING = engineCall();

function recognize(photo: Photo, signal = WAITING): Promise<Recognition> {
  return engine.recognize(photo, signal);
}

const MARK = { left: 120, top: 60, right: 200, bottom: 90 };

/** A grey photo with a red rectangle at `MARK`, in the stored grid. */
function markedPhoto(width: number, height: number): Sharp {
  const size = { width: MARK.right - MARK.left, height: MARK.bottom - MARK.top, channels: 3 as const };
  return sharp({ create: { width, height, channels: 3, background: "grey" } }).composite([
    { input: { create: { ...size, background: "red" } }, left: MARK.left, top: MARK.top },
  ]);
}

async function photoOf(bytes: Buffer, format: ImageFormat, changes: Partial<Photo> = {}): Promise<Photo> {
  const { width, height } = format === "BMP" ? { width: 0, height: 0 } : await sharp(bytes).metadata();
  const sha256 = createHash("sha256").update(bytes).digest();
  return { bytes, sha256, source: "UPLOAD", format, width, height, orientation: 1, ...changes };
}

const jpegPhoto = async (changes?: Partial<Photo>) =>
  photoOf(await markedPhoto(400, 300).jpeg().toBuffer(), "JPEG", changes);

/** A 24-bit BMP of one colour, as old cameras write it. */
function bmp(width: number, height: number): Buffer {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const bytes = Buffer.alloc(54 + stride * height, 0x60);
  bytes.fill(0, 0, 54).write("BM");
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return bytes;
}

/** Where the red is in a photo. */
async function redBox(photo: Buffer): Promise<BoundingBox> {
  const { data, info } = await sharp(photo).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const box = { left: Infinity, top: Infinity, right: 0, bottom: 0 };
  for (let pixel = 0; pixel < info.width * info.height; pixel++) {
    if ((data[pixel * 3] ?? 0) < 190 || (data[pixel * 3 + 1] ?? 255) > 70) continue;
    const [x, y] = [pixel % info.width, Math.floor(pixel / info.width)];
    box.left = Math.min(box.left, x);
    box.top = Math.min(box.top, y);
    box.right = Math.max(box.right, x + 1);
    box.bottom = Math.max(box.bottom, y + 1);
  }
  return box;
}

/** Lets the vendor find the mark in the very photo that it is sent, and gives the box that comes out for the photo. */
async function boxFoundBy(photo: Photo): Promise<BoundingBox | null | undefined> {
  await recognize(photo);
  const { left, top, right, bottom } = await redBox(lastPhoto());
  vendor.answerWith(exampleWith({ "车牌位置(left_top_right_bottom)": [left, top, right, bottom].join("_") }));
  return (await recognize(photo)).readings[0]?.boundingBox;
}

function lastPhoto(): Buffer {
  return vendor.requests.at(-1)?.photo ?? Buffer.alloc(0);
}

function expectNear(box: BoundingBox | null | undefined, expected: BoundingBox, tolerance: number): void {
  for (const side of ["left", "top", "right", "bottom"] as const) {
    expect(Math.abs((box?.[side] ?? NaN) - expected[side])).toBeLessThanOrEqual(tolerance);
  }
}

describe("answers", () => {
  test("an upload goes to verify, base64 to query, as they are", async () => {
    const photo = await jpegPhoto();
    const expected = {
      engine: "JUHE",
      orderId: EXAMPLE_ORDER_ID,
      juheErrorCode: null,
      rawAnswer: ANSWERS.example.body,
      fallbackReason: null,
      readings: [EXAMPLE_READING],
    };
    expect(await recognize(photo)).toEqual(expected);
    expect(await recognize({ ...photo, source: "BASE64" })).toEqual(expected);
    expect(vendor.requests.map(({ operation, filename }) => [operation, filename])).toEqual([
      ["verify", "photo.jpg"],
      ["query", null],
    ]);
    expect(vendor.requests.every((request) => request.photo.equals(photo.bytes))).toBe(true);
  });

  test("the best of two plates comes first", async () => {
    vendor.answerWith(ANSWERS.twoPlates);
    const { readings } = await recognize(await jpegPhoto());
    expect(readings.map(({ confidence }) => confidence)).toEqual([93, 79]);
  });

  test("识别失败 is an answer without readings", async () => {
    vendor.answerWith(refusal(271103, "识别失败"));
    expect(await recognize(await jpegPhoto())).toMatchObject({ readings: [], juheErrorCode: 271103 });
  });
});

describe("failures", () => {
  const failure = async (photo: Photo): Promise<EngineError> => {
    const error: unknown = await recognize(photo).catch((reason: unknown) => reason);
    if (!(error instanceof EngineError)) throw new Error(`not a EngineError: ${String(error)}`);
    return error;
  };

  test.each([
    [271101, "RECOGNIZER_UNAVAILABLE", true],
    [10014, "RECOGNIZER_UNAVAILABLE", true],
    [10021, "RECOGNIZER_UNAVAILABLE", true],
    [99999, "RECOGNIZER_UNAVAILABLE", true],
    [10011, "RECOGNIZER_QUOTA_EXCEEDED", false],
    [10013, "RECOGNIZER_QUOTA_EXCEEDED", false],
  ] as const)("%i is %s and names the vendor's code", async (errorCode, code, retryable) => {
    vendor.answerWith(refusal(errorCode, "原因"));
    const error = await failure(await jpegPhoto());
    expect(error).toMatchObject({ code, retryable, juhe: { errorCode, reason: "原因" } });
    expect(error.trace).toMatchObject({
      engine: "JUHE",
      juheErrorCode: errorCode,
      rawAnswer: { error_code: errorCode },
    });
  });

  test.each([
    [10001, "RECOGNIZER_MISCONFIGURED"],
    [10009, "RECOGNIZER_MISCONFIGURED"],
    [271102, "INTERNAL_SERVER_ERROR"],
    [271104, "INTERNAL_SERVER_ERROR"],
  ] as const)("%i is %s: the operator hears what, the caller does not", async (errorCode, code) => {
    vendor.answerWith(refusal(errorCode, `原因 ${vendor.key}`));
    const error = await failure(await jpegPhoto());
    expect(error).toMatchObject({ code, juhe: undefined, trace: { juheErrorCode: errorCode } });
    expect(error.message).not.toContain("原因");
    expect(logged.join("")).toContain(`"reason":"原因 [key]"`);
    expect(logged.join("")).not.toContain(vendor.key);
  });

  test.each(["html", "cutOffJson", "cutOffBody", "wrongShape", "serverError", "connectionClosed"] as const)(
    "%s is RECOGNIZER_UNAVAILABLE, with what came kept",
    async (name) => {
      vendor.answerWith(ANSWERS[name]);
      const error = await failure(await jpegPhoto());
      expect(error).toMatchObject({ code: "RECOGNIZER_UNAVAILABLE", juhe: undefined, trace: { juheErrorCode: null } });
      if (name === "html") expect(error.trace.rawAnswer).toBe(ANSWERS.html.body);
      expect(vendor.requests).toHaveLength(1);
    },
  );
});

describe("a photo that the vendor would refuse", () => {
  test("WebP goes as JPEG of the same size", async () => {
    const photo = await photoOf(await markedPhoto(400, 300).webp({ lossless: true }).toBuffer(), "WEBP");
    expectNear(await boxFoundBy(photo), MARK, 1);
    expect(await sharp(lastPhoto()).metadata()).toMatchObject({ format: "jpeg", width: 400, height: 300 });
  });

  test("more than 4096 pixels a side goes smaller", async () => {
    const photo = await photoOf(await markedPhoto(5000, 500).jpeg().toBuffer(), "JPEG");
    expectNear(await boxFoundBy(photo), MARK, 2);
    expect(await sharp(lastPhoto()).metadata()).toMatchObject({ format: "jpeg", width: 4096, height: 410 });
  });

  test("less than 15 pixels a side goes padded", async () => {
    const photo = await photoOf(
      await sharp({ create: { width: 40, height: 9, channels: 3, background: "red" } })
        .png()
        .toBuffer(),
      "PNG",
    );
    const box = await boxFoundBy(photo);
    expect(box).toEqual({ left: 0, top: 0, right: 40, bottom: 9 });
    expect(await sharp(lastPhoto()).metadata()).toMatchObject({ width: 40, height: 15 });
  });

  test("more than 4 MB of base64 goes lighter", async () => {
    const noise = sharp(randomBytes(1800 * 1400 * 3), { raw: { width: 1800, height: 1400, channels: 3 } });
    const photo = await photoOf(await noise.png().toBuffer(), "PNG", { source: "BASE64" });
    expect(photo.bytes.length).toBeGreaterThan(4_000_000);
    await recognize(photo);
    expect(lastPhoto().toString("base64").length).toBeLessThanOrEqual(4_000_000);
    expect(vendor.requests.map(({ operation }) => operation)).toEqual(["query"]);
  });

  test.each([2, 3, 4, 5, 6, 7, 8])(
    "EXIF orientation %i goes upright, and the box comes back to the stored grid",
    async (orientation) => {
      const bytes = await markedPhoto(400, 300).jpeg({ quality: 100 }).withMetadata({ orientation }).toBuffer();
      const photo = await photoOf(bytes, "JPEG", { orientation });
      expectNear(await boxFoundBy(photo), MARK, 2);
      const [width, height] = orientation >= 5 ? [300, 400] : [400, 300];
      expect(await sharp(lastPhoto()).metadata()).toMatchObject({ width, height });
    },
  );

  test("a box outside the photo is none", async () => {
    const photo = await photoOf(await markedPhoto(400, 300).webp().toBuffer(), "WEBP");
    vendor.answerWith(exampleWith({ "车牌位置(left_top_right_bottom)": "500_10_600_40" }));
    expect((await recognize(photo)).readings[0]?.boundingBox).toBeNull();
  });
});

test("BMP goes as it is", async () => {
  const bytes = bmp(31, 20);
  await recognize(await photoOf(bytes, "BMP", { width: 31, height: 20 }));
  expect(vendor.requests[0]).toMatchObject({ filename: "photo.bmp", contentType: "image/bmp" });
  expect(lastPhoto().equals(bytes)).toBe(true);
});

test.each(["JPEG", "PNG", "WEBP", "BMP"] as const)(
  "a truncated %s is refused before the vendor is paid",
  async (format) => {
    const marked = markedPhoto(400, 300);
    const whole = {
      JPEG: () => marked.jpeg().toBuffer(),
      PNG: () => marked.png({ compressionLevel: 0 }).toBuffer(),
      WEBP: () => marked.webp({ lossless: true }).toBuffer(),
      BMP: () => bmp(400, 300),
    };
    const bytes = await whole[format]();
    const photo = {
      ...(await photoOf(bytes, format, { width: 400, height: 300 })),
      bytes: bytes.subarray(0, bytes.length * 0.7),
    };
    await expect(recognize(photo)).rejects.toMatchObject({ code: "INVALID_IMAGE" });
    expect(vendor.requests).toHaveLength(0);
  },
);

describe("a caller who leaves", () => {
  const leftAlready = AbortSignal.abort();

  test("before the call is not billed for it", async () => {
    await expect(recognize(await jpegPhoto(), engineCall(leftAlready))).rejects.toMatchObject({
      code: "RECOGNIZER_UNAVAILABLE",
      message: "The request was cancelled before the photo was read.",
      trace: { engine: "JUHE", rawAnswer: null },
    });
    expect(vendor.requests).toHaveLength(0);
  });

  test("after the call gets the answer that is billed", async () => {
    const leaving = new AbortController();
    vendor.answerWith(() => {
      leaving.abort();
      return ANSWERS.example;
    });
    expect((await recognize(await jpegPhoto(), engineCall(leaving.signal))).readings).toEqual([EXAMPLE_READING]);
    expect(leaving.signal.aborted).toBe(true);
  });

  test("while all connections are taken is never asked for", async () => {
    vendor.answerWith(ANSWERS.never);
    const photo = await jpegPhoto();
    const hasty = new JuheEngine(
      new JuheClient({ baseUrl: vendor.baseUrl, key: vendor.key, timeoutMs: 10_000 }),
      pino({ level: "silent" }),
    );
    const taking = Array.from({ length: 32 }, () => hasty.recognize(photo, WAITING));
    const settled = Promise.allSettled(taking);
    while (vendor.requests.length < 32) await new Promise((resolve) => setTimeout(resolve, 10));
    const leaving = new AbortController();
    const waiting = hasty.recognize(photo, engineCall(leaving.signal));
    setTimeout(() => leaving.abort(), 50);
    await expect(waiting).rejects.toMatchObject({ message: "The request was cancelled before the photo was read." });
    for (const outcome of await settled) expect(outcome.status).toBe("rejected");
    expect(vendor.requests).toHaveLength(32);
  });
});

test("C6: of 5,000 plates in one answer the 100 surest are kept, and the log says so", async () => {
  vendor.answerWith(
    success(
      [...Array(5_000).keys()].flatMap((number) => [
        ["车牌号", `粤A${10_000 + number}`],
        ["整牌可信度", number % 101],
      ]),
    ),
  );
  const { readings } = await recognize(await jpegPhoto());
  expect(readings).toHaveLength(100);
  expect(readings.filter(({ confidence }) => confidence >= 98)).toHaveLength(100);
  expect(logged.join("")).toContain('"readings":5000,"kept":100');
});
