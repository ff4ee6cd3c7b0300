/** Headers of Windows bitmaps, which the imaging library does not read. Source: Microsoft, BITMAPFILEHEADER and BITMAPINFOHEADER to BITMAPV5HEADER. */
import { AppError } from "../errors.js";

export interface BmpHeader {
  /** Pixels. */
  width: number;
  height: number;
  /** Whether the first row of the file is the topmost one. */
  topDown: boolean;
  /** Bytes of a row; with run lengths the fewest that a row can have. */
  rowBytes: number;
  bitsPerPixel: number;
  compression: BmpCompression;
  /** Where the pixels begin, in bytes from the start of the file. */
  pixelsAt: number;
  /** Where the palette begins, and how many entries of 4 bytes (blue, green, red, unused) it has; none above 8 bits a pixel. */
  paletteAt: number;
  paletteEntries: number;
  /** Bits of a 16 or 32-bit pixel: red, green, blue. */
  masks: readonly [red: number, green: number, blue: number];
}

export const BmpCompression = { RGB: 0, RLE8: 1, RLE4: 2, BITFIELDS: 3, ALPHABITFIELDS: 6 } as const;
export type BmpCompression = (typeof BmpCompression)[keyof typeof BmpCompression];

/** Bits a pixel that each compression allows. */
const BITS_OF: ReadonlyMap<number, readonly number[]> = new Map<BmpCompression, readonly number[]>([
  [BmpCompression.RGB, [1, 4, 8, 16, 24, 32]],
  [BmpCompression.RLE8, [8]],
  [BmpCompression.RLE4, [4]],
  [BmpCompression.BITFIELDS, [16, 32]],
  [BmpCompression.ALPHABITFIELDS, [16, 32]],
]);

const FILE_HEADER_BYTES = 14;
/** BITMAPINFOHEADER, the same with three and with four masks, BITMAPV4HEADER, BITMAPV5HEADER. */
const INFO_HEADER_BYTES: readonly number[] = [40, 52, 56, 108, 124];
/** Where masks stand: inside a longer header, or behind a BITMAPINFOHEADER. */
const MASKS_AT = 54;

const DEFAULT_MASKS = { 16: [0x7c00, 0x03e0, 0x001f], 32: [0xff0000, 0xff00, 0xff] } as const;

/** @throws AppError INVALID_IMAGE for values that the format does not allow, and for a file that is too short for its pixels. */
export function readBmpHeader(bytes: Buffer): BmpHeader {
  if (bytes.length < MASKS_AT) throw broken("it is too short");
  const infoBytes = bytes.readUInt32LE(14);
  const width = bytes.readInt32LE(18);
  const height = bytes.readInt32LE(22);
  const bitsPerPixel = bytes.readUInt16LE(28);
  const compression = bytes.readUInt32LE(30);
  const pixelsAt = bytes.readUInt32LE(10);
  if (!INFO_HEADER_BYTES.includes(infoBytes)) throw broken(`a header of ${infoBytes} bytes`);
  if (width <= 0 || height === 0) throw broken(`${width}×${height} pixels`);
  if (bytes.readUInt16LE(26) !== 1) throw broken("its number of planes is not 1");
  if (!isCompression(compression) || !BITS_OF.get(compression)?.includes(bitsPerPixel)) {
    throw broken(`${bitsPerPixel} bits a pixel with compression ${compression}`);
  }
  const topDown = height < 0;
  if (topDown && (compression === BmpCompression.RLE8 || compression === BmpCompression.RLE4)) {
    throw broken("run lengths from the top down");
  }
  const paletteAt = FILE_HEADER_BYTES + infoBytes;
  const paletteEntries = bitsPerPixel > 8 ? 0 : bytes.readUInt32LE(46) || 2 ** bitsPerPixel;
  if (paletteEntries > 2 ** bitsPerPixel) throw broken(`a palette of ${paletteEntries} colours`);
  if (pixelsAt < paletteAt + paletteEntries * 4 || pixelsAt >= bytes.length) throw broken(`pixels at byte ${pixelsAt}`);
  const masks = masksOf(bytes, bitsPerPixel, compression);
  const rowBytes = fewestRowBytes(width, bitsPerPixel, compression);
  if (bytes.length < pixelsAt + rowBytes * Math.abs(height))
    throw new AppError("INVALID_IMAGE", "The image ends early.");
  return {
    width,
    height: Math.abs(height),
    rowBytes,
    topDown,
    bitsPerPixel,
    compression,
    pixelsAt,
    paletteAt,
    paletteEntries,
    masks,
  };
}

/** The longest run that two bytes can stand for, in pixels. */
const LONGEST_RUN = 255;

function fewestRowBytes(width: number, bitsPerPixel: number, compression: BmpCompression): number {
  if (compression === BmpCompression.RLE8 || compression === BmpCompression.RLE4)
    return 2 * Math.ceil(width / LONGEST_RUN);
  // Rows are padded to 4 bytes.
  return Math.ceil((width * bitsPerPixel) / 32) * 4;
}

function masksOf(bytes: Buffer, bitsPerPixel: number, compression: BmpCompression): BmpHeader["masks"] {
  if (compression !== BmpCompression.BITFIELDS && compression !== BmpCompression.ALPHABITFIELDS) {
    return DEFAULT_MASKS[bitsPerPixel === 16 ? 16 : 32];
  }
  if (bytes.length < MASKS_AT + 12) throw broken("it is too short");
  const [red, green, blue] = [0, 4, 8].map((at) => bytes.readUInt32LE(MASKS_AT + at)) as [number, number, number];
  const limit = 2 ** bitsPerPixel;
  const overlap = (red & green) | (green & blue) | (red & blue);
  if (![red, green, blue].every((mask) => mask < limit && isRunOfOnes(mask)) || overlap !== 0) {
    throw broken("its colour masks");
  }
  return [red, green, blue];
}

function isCompression(value: number): value is BmpCompression {
  return BITS_OF.has(value);
}

function isRunOfOnes(mask: number): boolean {
  return /^1+0*$/.test(mask.toString(2));
}

function broken(what: string): AppError {
  return new AppError("INVALID_IMAGE", `The bitmap's header is broken: ${what}.`);
}
