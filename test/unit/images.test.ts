import { randomBytes } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import sharp, { type Sharp } from "sharp";
import { decodeBase64Image } from "../../src/images/base64.decoder.js";
import { readPhoto } from "../../src/images/photo.reader.js";
import { decodeUpright } from "../../src/images/pixels.decoder.js";
import { sniffFormat } from "../../src/images/format.sniffer.js";
import { boxAsSent, uprightSize } from "../../src/images/exif.orientation.js";

const LIMITS = { maxBytes: 1_000_000, maxPixels: 1_000_000, maxSide: 10_000 };

/** White with one red rectangle, so that its place tells how the photo was turned. */
async function marked(
  width: number,
  height: number,
  box: { left: number; top: number; right: number; bottom: number },
) {
  const [w, h] = [box.right - box.left, box.bottom - box.top];
  const mark = await sharp({ create: { width: w, height: h, channels: 3, background: "red" } })
    .png()
    .toBuffer();
  return sharp({ create: { width, height, channels: 3, background: "white" } }).composite([
    { input: mark, left: box.left, top: box.top },
  ]);
}

describe("orientation", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("%i: a box found upright is the box that was stored", async (orientation) => {
    const stored = { left: 12, top: 4, right: 30, bottom: 15 };
    const bytes = await (await marked(60, 40, stored)).withMetadata({ orientation }).png().toBuffer();
    const photo = await readPhoto({ bytes }, "UPLOAD", LIMITS);
    expect(photo).toMatchObject({ width: 60, height: 40, orientation });
    const { data, width, height } = await decodeUpright(photo);
    expect({ width, height }).toEqual(uprightSize(photo));
    // The red pixels, as sharp itself turned them.
    const red = [...Array(width * height).keys()].filter((index) => (data[index * 3 + 1] ?? 255) < 100);
    const [xs, ys] = [red.map((index) => index % width), red.map((index) => Math.floor(index / width))];
    const found = {
      left: Math.min(...xs),
      top: Math.min(...ys),
      right: Math.max(...xs) + 1,
      bottom: Math.max(...ys) + 1,
    };
    expect(boxAsSent(found, photo)).toEqual(stored);
  });
});

describe("decoding", () => {
  const gray = (image: Sharp): Sharp => image.toColourspace("b-w");
  test.each<[string, (image: Sharp) => Promise<Buffer>]>([
    ["grey JPEG", (image) => gray(image).jpeg().toBuffer()],
    ["16-bit PNG", (image) => image.toColourspace("rgb16").png().toBuffer()],
    ["PNG with a palette", (image) => image.png({ palette: true }).toBuffer()],
    ["PNG with transparency", (image) => image.ensureAlpha(0.5).png().toBuffer()],
    ["CMYK JPEG", (image) => image.toColourspace("cmyk").jpeg().toBuffer()],
    ["WebP", (image) => image.webp().toBuffer()],
  ])("%s becomes three channels of eight bits", async (_name, encode) => {
    const bytes = await encode(await marked(40, 20, { left: 0, top: 0, right: 20, bottom: 20 }));
    const { data, width, height } = await decodeUpright(await readPhoto({ bytes }, "UPLOAD", LIMITS));
    expect(data).toHaveLength(40 * 20 * 3);
    expect([width, height]).toEqual([40, 20]);
    // White on the right stays the brighter half.
    expect(data[(10 * 40 + 35) * 3 + 1]).toBeGreaterThan((data[(10 * 40 + 5) * 3 + 1] ?? 255) + 40);
  });

  test("a large photo is made smaller and says by how much", async () => {
    const bytes = await (await marked(800, 400, { left: 0, top: 0, right: 9, bottom: 9 })).jpeg().toBuffer();
    const pixels = await decodeUpright(await readPhoto({ bytes }, "UPLOAD", LIMITS), { maxLongSide: 200 });
    expect(pixels).toMatchObject({ width: 200, height: 100, scale: 0.25 });
  });

  test("a small photo is not made larger", async () => {
    const bytes = await (await marked(20, 10, { left: 0, top: 0, right: 9, bottom: 9 })).png().toBuffer();
    expect(await decodeUpright(await readPhoto({ bytes }, "UPLOAD", LIMITS), { maxLongSide: 200 })).toMatchObject({
      width: 20,
      scale: 1,
    });
  });

  test("a bitmap that promises more than it holds is refused before its pixels are allocated", async () => {
    const bytes = Buffer.alloc(60);
    bytes.write("BM", 0, "latin1");
    bytes.writeUInt32LE(54, 10);
    bytes.writeUInt32LE(40, 14);
    bytes.writeInt32LE(900, 18);
    bytes.writeInt32LE(900, 22);
    bytes.writeUInt16LE(1, 26);
    bytes.writeUInt16LE(24, 28);
    await expect(readPhoto({ bytes }, "UPLOAD", LIMITS)).rejects.toMatchObject({ code: "INVALID_IMAGE" });
  });
});

describe("limits", () => {
  const png = (width: number, height: number): Promise<Buffer> =>
    sharp({ create: { width, height, channels: 3, background: "grey" } })
      .png()
      .toBuffer();

  test("B6: a photo of one pixel by many is too large, whatever its pixels are in all", async () => {
    const limits = { ...LIMITS, maxSide: 5000 };
    await expect(readPhoto({ bytes: await png(1, 5001) }, "UPLOAD", limits)).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
    });
    await expect(readPhoto({ bytes: await png(5001, 1) }, "UPLOAD", limits)).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
    });
    expect(await readPhoto({ bytes: await png(1, 5000) }, "UPLOAD", limits)).toMatchObject({ height: 5000 });
  });

  test("B6: kinds of PNG that are slow to decode may have fewer pixels", async () => {
    const limits = { ...LIMITS, maxPixels: 100 * 100 * 2 };
    const noise = sharp({ create: { width: 100, height: 150, channels: 3, background: "grey" } });
    expect(await readPhoto({ bytes: await noise.clone().png().toBuffer() }, "UPLOAD", limits)).toMatchObject({
      width: 100,
    });
    for (const bytes of [
      await noise.clone().png({ progressive: true }).toBuffer(),
      await noise.clone().toColourspace("rgb16").png().toBuffer(),
    ]) {
      await expect(readPhoto({ bytes }, "UPLOAD", limits)).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
    }
  });
});

describe("base64", () => {
  const bytes = Buffer.from([0xfb, 0xff, 0xbf, 1, 2]);
  test.each([
    ["bare", bytes.toString("base64")],
    ["URL-safe", bytes.toString("base64url")],
    ["in lines", bytes.toString("base64").replace(/(.{4})/g, "$1\r\n")],
    ["a data: URI", `data:image/png;name=a;base64,${bytes.toString("base64")}`],
    ["a data: URI after a line break", `\r\n data:image/png;base64,${bytes.toString("base64")}\n`],
    ["a data: URI in capitals", `DATA:IMAGE/PNG;BASE64,${bytes.toString("base64")}`],
  ])("%s", async (_name, text) => expect(await decodeBase64Image(text, LIMITS)).toEqual(bytes));

  test.each(["", "   ", "=", "data:image/png;base64,", "%%%%", "AAAAA", "AB=C", "AAAÁ", "data:image/png,AAAA"])(
    "%j is refused",
    async (text) => expect(decodeBase64Image(text, LIMITS)).rejects.toMatchObject({ code: "INVALID_IMAGE" }),
  );

  test("a long text is decoded in slices that fit together", async () => {
    const long = randomBytes(3_000_001);
    const limits = { maxBytes: long.length };
    expect((await decodeBase64Image(long.toString("base64"), limits)).equals(long)).toBe(true);
    const inLines = long.toString("base64").replace(/(.{76})/g, "$1\r\n");
    expect((await decodeBase64Image(inLines, limits)).equals(long)).toBe(true);
    const padded = `${Buffer.alloc(2_000_000, 1).toString("base64")}${" ".repeat(2_000_000)}A`;
    await expect(decodeBase64Image(padded, limits)).rejects.toMatchObject({ code: "INVALID_IMAGE" });
  });

  test("the limit counts bytes, not characters", async () => {
    const exact = Buffer.alloc(300, 7).toString("base64");
    expect(await decodeBase64Image(exact, { maxBytes: 300 })).toHaveLength(300);
    await expect(decodeBase64Image(exact, { maxBytes: 299 })).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
  });
});

describe("sniffing", () => {
  test("a header of some format with nothing behind it is still that format, or refused, never a crash", async () => {
    for (const head of [
      "ffd8ff",
      "89504e470d0a1a0a",
      "52494646",
      "424d",
      "474946383961",
      "25504446",
      "00000018667479706865696300",
    ]) {
      const outcome = await sniffFormat(Buffer.from(head, "hex")).catch(
        (error: unknown) => (error as { code: string }).code,
      );
      expect(["JPEG", "PNG", "BMP", "UNSUPPORTED_IMAGE_TYPE", "INVALID_IMAGE"]).toContain(outcome);
    }
  });
});
