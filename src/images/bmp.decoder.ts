/** Decodes Windows bitmaps into RGB, a slice of rows at a time, so that other requests are served meanwhile. */
import { setImmediate } from "node:timers/promises";
import { AppError } from "../errors.js";
import { BmpCompression, readBmpHeader, type BmpHeader } from "./bmp.header.js";
import { runLengthRows } from "./bmp.run-lengths.js";

/** Milliseconds after which the event loop gets a turn. */
const SLICE_MS = 20;
/** Pixels between two checks of the clock: about 2 ms. */
const SLICE_PIXELS = 500_000;

/**
 * Interleaved RGB, 8 bits a channel, rows from the top. The size must have passed the pixel limit already.
 * @param deadline by `performance.now()`
 * @throws AppError INVALID_IMAGE where pixels are missing, or when the deadline has passed
 */
export async function decodeBmp(bytes: Buffer, deadline: number): Promise<Uint8Array> {
  const header = readBmpHeader(bytes);
  const { width, height, topDown } = header;
  const rows = rowsOf(bytes, header);
  const write = rowWriter(bytes, header);
  const rgb = new Uint8Array(width * height * 3);
  const rowsASlice = Math.ceil(SLICE_PIXELS / width);
  let sliceEnds = performance.now() + SLICE_MS;
  for (let index = 0; index < height; index += 1) {
    write(rows(index), rgb, (topDown ? index : height - 1 - index) * width * 3);
    if (index % rowsASlice !== 0 || performance.now() < sliceEnds) continue;
    if (performance.now() > deadline) throw new AppError("INVALID_IMAGE", "The image takes too long to decode.");
    await setImmediate();
    sliceEnds = performance.now() + SLICE_MS;
  }
  return rgb;
}

/** The rows in the order of the file, packed as the header says. */
function rowsOf(bytes: Buffer, header: BmpHeader): (index: number) => Uint8Array {
  const { compression, pixelsAt, rowBytes } = header;
  if (compression === BmpCompression.RLE8 || compression === BmpCompression.RLE4) return runLengthRows(bytes, header);
  return (index) => bytes.subarray(pixelsAt + index * rowBytes, pixelsAt + (index + 1) * rowBytes);
}

type RowWriter = (row: Uint8Array, rgb: Uint8Array, at: number) => void;

function rowWriter(bytes: Buffer, header: BmpHeader): RowWriter {
  const { width, bitsPerPixel, compression } = header;
  // Run lengths come out as one byte a pixel.
  if (compression === BmpCompression.RLE4) return paletteWriter(bytes, header, 8);
  if (bitsPerPixel <= 8) return paletteWriter(bytes, header, bitsPerPixel);
  if (bitsPerPixel === 24 || (bitsPerPixel === 32 && compression === BmpCompression.RGB)) {
    const pixelBytes = bitsPerPixel / 8;
    return (row, rgb, at) => {
      for (let from = 0, to = at; to < at + width * 3; from += pixelBytes, to += 3) {
        rgb[to] = row[from + 2] ?? 0;
        rgb[to + 1] = row[from + 1] ?? 0;
        rgb[to + 2] = row[from] ?? 0;
      }
    };
  }
  return maskedWriter(header);
}

/** @param bits of a packed index; the first pixel stands in the highest bits of a byte */
function paletteWriter(bytes: Buffer, { width, paletteAt, paletteEntries }: BmpHeader, bits: number): RowWriter {
  // An index outside of the palette is black.
  const [red, green, blue] = [new Uint8Array(256), new Uint8Array(256), new Uint8Array(256)];
  for (let index = 0; index < paletteEntries; index += 1) {
    const at = paletteAt + index * 4;
    [blue[index], green[index], red[index]] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
  }
  const mask = 2 ** bits - 1;
  return (row, rgb, at) => {
    let to = at;
    for (let from = 0, x = 0; x < width; from += 1) {
      const byte = row[from] ?? 0;
      for (let shift = 8 - bits; shift >= 0 && x < width; shift -= bits, x += 1, to += 3) {
        const index = (byte >>> shift) & mask;
        rgb[to] = red[index] ?? 0;
        rgb[to + 1] = green[index] ?? 0;
        rgb[to + 2] = blue[index] ?? 0;
      }
    }
  };
}

/** 16 and 32-bit pixels whose channels lie where the masks say. */
function maskedWriter({ width, bitsPerPixel, masks }: BmpHeader): RowWriter {
  const [red, green, blue] = masks.map(channelOf) as [Channel, Channel, Channel];
  const pixelBytes = bitsPerPixel / 8;
  return (row, rgb, at) => {
    for (let from = 0, to = at; to < at + width * 3; from += pixelBytes, to += 3) {
      const low = (row[from] ?? 0) | ((row[from + 1] ?? 0) << 8);
      const value = pixelBytes === 2 ? low : (low | ((row[from + 2] ?? 0) << 16) | ((row[from + 3] ?? 0) << 24)) >>> 0;
      rgb[to] = valueOf(value, red);
      rgb[to + 1] = valueOf(value, green);
      rgb[to + 2] = valueOf(value, blue);
    }
  };
}

interface Channel {
  shift: number;
  /** The channel's highest value. */
  max: number;
}

function channelOf(mask: number): Channel {
  const shift = 31 - Math.clz32(mask & -mask);
  return { shift, max: mask >>> shift };
}

function valueOf(pixel: number, { shift, max }: Channel): number {
  return Math.round((((pixel >>> shift) & max) * 255) / max);
}
