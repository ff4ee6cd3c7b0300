/** Bitmaps: every kind that is read comes out as it was drawn, every impossible header is refused (A6). */
import { describe, expect, test } from "@jest/globals";
import { readPhoto } from "../../src/images/photo.reader.js";
import { decodeUpright } from "../../src/images/pixels.decoder.js";
import { slownessBeside } from "../support/slowness.js";

const LIMITS = { maxBytes: 20_000_000, maxPixels: 40_000_000, maxSide: 16_384 };

/** Red, green, blue, white, as palette entries and as pixels. */
const COLORS = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
] as const;
const [WIDTH, HEIGHT] = [7, 5];
/** A photo without symmetry; two colours only where one bit has to do. */
const colorAt = (x: number, y: number, colors: number): number => (x * 2 + y * 3 + (x > y ? 1 : 0)) % colors;

interface Header {
  width?: number;
  height?: number;
  bits: number;
  compression?: number;
  infoBytes?: number;
  planes?: number;
  masks?: number[];
  paletteEntries?: number;
  pixelsAt?: number;
}

function bmp(header: Header, pixels: Buffer): Buffer {
  const { width = WIDTH, height = HEIGHT, bits, compression = 0, infoBytes = 40, planes = 1, masks = [] } = header;
  const entries = bits <= 8 ? (header.paletteEntries ?? Math.min(4, 2 ** bits)) : 0;
  const palette = Buffer.alloc(Math.min(entries, 256) * 4);
  COLORS.slice(0, entries).forEach(([red, green, blue], index) => palette.set([blue, green, red], index * 4));
  const bytes = Buffer.alloc(14 + Math.max(infoBytes, 40 + masks.length * 4));
  bytes.write("BM", "latin1");
  bytes.writeUInt32LE(header.pixelsAt ?? bytes.length + palette.length, 10);
  bytes.writeUInt32LE(infoBytes, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(planes, 26);
  bytes.writeUInt16LE(bits, 28);
  bytes.writeUInt32LE(compression, 30);
  bytes.writeUInt32LE(entries, 46);
  masks.forEach((mask, index) => bytes.writeUInt32LE(mask, 54 + index * 4));
  return Buffer.concat([bytes, palette, pixels]);
}

/** Rows from the bottom up, or from the top down, each padded to 4 bytes. */
function packed(bits: number, topDown: boolean, pixel: (color: readonly number[], index: number) => number): Buffer {
  const rowBytes = Math.ceil((WIDTH * bits) / 32) * 4;
  const rows = Array.from({ length: HEIGHT }, (_, row) => {
    const bytes = Buffer.alloc(rowBytes);
    for (let x = 0; x < WIDTH; x += 1) {
      const index = colorAt(x, topDown ? row : HEIGHT - 1 - row, bits === 1 ? 2 : 4);
      const value = pixel(COLORS[index] ?? [], index);
      const at = (x * bits) / 8;
      if (bits < 8) bytes[Math.floor(at)] = (bytes[Math.floor(at)] ?? 0) | (value << (8 - bits - ((x * bits) % 8)));
      else bytes.writeUIntLE(value, at, bits / 8);
    }
    return bytes;
  });
  return Buffer.concat(rows);
}

const drawn = (colors: number): number[] =>
  Array.from({ length: WIDTH * HEIGHT }, (_, at) => [
    ...(COLORS[colorAt(at % WIDTH, Math.floor(at / WIDTH), colors)] ?? []),
  ]).flat();

async function decoded(bytes: Buffer): Promise<number[]> {
  const { data, width, height } = await decodeUpright(await readPhoto({ bytes }, "UPLOAD", LIMITS));
  expect([width, height]).toEqual([WIDTH, HEIGHT]);
  return [...data];
}

const index = (_color: readonly number[], at: number): number => at;
const rgb888 = ([red = 0, green = 0, blue = 0]: readonly number[]): number => red * 65_536 + green * 256 + blue;
const rgb555 = ([red = 0, green = 0, blue = 0]: readonly number[]): number =>
  ((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3);
const rgb565 = ([red = 0, green = 0, blue = 0]: readonly number[]): number =>
  ((red >> 3) << 11) | ((green >> 2) << 5) | (blue >> 3);
const bgr = ([red = 0, green = 0, blue = 0]: readonly number[]): number => (blue * 65_536 + green * 256 + red) * 256;

/** Each row as one run a pixel, the last ended by the end of the bitmap. */
function runLengths(bits: 4 | 8): Buffer {
  const codes: number[] = [];
  for (let y = HEIGHT - 1; y >= 0; y -= 1) {
    // Three pixels as they are (padded to an even number of bytes), the others as runs of one.
    const row = Array.from({ length: WIDTH }, (_, x) => colorAt(x, y, 4));
    const [a = 0, b = 0, c = 0, ...rest] = row;
    codes.push(0, 3, ...(bits === 8 ? [a, b, c, 0] : [a * 16 + b, c * 16]));
    for (const value of rest) codes.push(1, bits === 8 ? value : value * 16);
    codes.push(0, y === 0 ? 1 : 0);
  }
  return Buffer.from(codes);
}

describe("bitmaps that are read", () => {
  test.each<[string, Buffer, number]>([
    ["1 bit", bmp({ bits: 1 }, packed(1, false, index)), 2],
    ["4 bits", bmp({ bits: 4 }, packed(4, false, index)), 4],
    ["8 bits", bmp({ bits: 8 }, packed(8, false, index)), 4],
    ["8 bits from the top down", bmp({ bits: 8, height: -HEIGHT }, packed(8, true, index)), 4],
    ["16 bits", bmp({ bits: 16 }, packed(16, false, rgb555)), 4],
    [
      "16 bits by masks",
      bmp({ bits: 16, compression: 3, masks: [0xf800, 0x07e0, 0x001f] }, packed(16, false, rgb565)),
      4,
    ],
    ["24 bits", bmp({ bits: 24 }, packed(24, false, rgb888)), 4],
    ["24 bits with a version 5 header", bmp({ bits: 24, infoBytes: 124 }, packed(24, false, rgb888)), 4],
    ["32 bits", bmp({ bits: 32 }, packed(32, false, rgb888)), 4],
    [
      "32 bits by masks",
      bmp({ bits: 32, compression: 3, masks: [0xff00, 0xff0000, 0xff000000] }, packed(32, false, bgr)),
      4,
    ],
    ["run lengths of 8 bits", bmp({ bits: 8, compression: 1 }, runLengths(8)), 4],
    ["run lengths of 4 bits", bmp({ bits: 4, compression: 2 }, runLengths(4)), 4],
  ])("%s", async (_name, bytes, colors) => {
    expect(await decoded(bytes)).toEqual(drawn(colors));
  });
});

describe("A6: bitmaps that can't be", () => {
  const pixels = Buffer.alloc(4000);
  test.each<[string, Header]>([
    ...[0, 2, 3, 5, 33, 64].map((bits): [string, Header] => [`${bits} bits a pixel`, { bits }]),
    ["compression 255", { bits: 24, compression: 255 }],
    ["JPEG inside", { bits: 24, compression: 4 }],
    ["run lengths of 24 bits", { bits: 24, compression: 1 }],
    ["run lengths from the top down", { bits: 8, compression: 1, height: -HEIGHT }],
    ["no planes", { bits: 24, planes: 0 }],
    ["no width", { bits: 24, width: 0 }],
    ["a header of 41 bytes", { bits: 24, infoBytes: 41 }],
    ["a palette of 1000 colours", { bits: 8, paletteEntries: 1000 }],
    ["pixels in the header", { bits: 24, pixelsAt: 20 }],
    ["pixels behind the file", { bits: 24, pixelsAt: 1_000_000 }],
    ["overlapping masks", { bits: 32, compression: 3, masks: [0xff, 0xff, 0xff00] }],
    ["masks with holes", { bits: 32, compression: 3, masks: [0xf0f, 0xf0, 0xff0000] }],
  ])("%s", async (_name, header) => {
    await expect(readPhoto({ bytes: bmp(header, pixels) }, "UPLOAD", LIMITS)).rejects.toMatchObject({
      code: "INVALID_IMAGE",
    });
  });

  test.each<[string, Header, Buffer]>([
    ["a kilobyte of run lengths for 40 megapixels", { bits: 8, compression: 1, width: 8000, height: 5000 }, pixels],
    ["an early end of the bitmap", { bits: 8, compression: 1 }, Buffer.from([7, 1, 0, 0, 0, 1, ...Buffer.alloc(40)])],
    ["a run out of the row", { bits: 8, compression: 1 }, Buffer.from([8, 1, 0, 0, ...Buffer.alloc(40)])],
    ["a row that is too short", { bits: 8, compression: 1 }, Buffer.from([6, 1, 0, 0, ...Buffer.alloc(40)])],
    ["a jump over pixels", { bits: 8, compression: 1 }, Buffer.from([0, 2, 7, 4, ...Buffer.alloc(40)])],
    ["a row less than promised", { bits: 24 }, Buffer.alloc(24 * (HEIGHT - 1))],
  ])("%s", async (_name, header, data) => {
    const decoding = readPhoto({ bytes: bmp(header, data) }, "UPLOAD", LIMITS).then((photo) => decodeUpright(photo));
    await expect(decoding).rejects.toMatchObject({ code: "INVALID_IMAGE" });
  });
});

test("the event loop goes on while the largest bitmap is decoded (B6)", async () => {
  const [width, height] = [4000, 2500];
  const rowBytes = width / 8;
  const photo = await readPhoto(
    { bytes: bmp({ bits: 1, width, height }, Buffer.alloc(rowBytes * height, 0x5a)) },
    "UPLOAD",
    LIMITS,
  );
  const longest: number[] = [];
  // Other programs take the processor away from some runs; not from each of five.
  for (let run = 0; run < 5; run += 1) {
    const { answer, slowness } = await slownessBeside(() =>
      longestPause(() => decodeUpright(photo, { maxLongSide: 256 })),
    );
    longest.push(answer / slowness);
  }
  expect(Math.min(...longest)).toBeGreaterThan(0);
  expect(Math.min(...longest)).toBeLessThan(250);
});

/** Milliseconds of the longest time in which the event loop ran no timer. */
async function longestPause(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  await work();
  clearInterval(timer);
  return longest;
}
