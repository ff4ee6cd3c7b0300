/** Run lengths in bitmaps (BI_RLE8 and BI_RLE4), decoded into one byte a pixel. Source: Microsoft, Bitmap Compression. */
import { AppError } from "../errors.js";
import { BmpCompression, type BmpHeader } from "./bmp.header.js";

const END_OF_LINE = 0;
const END_OF_BITMAP = 1;
const DELTA = 2;

/**
 * The rows from the bottom up, to be asked for in order. The array is used again for the next row.
 * @throws AppError INVALID_IMAGE where the file is too short for its pixels, runs cross the end of a row, or codes skip pixels (allowed by the format, but
 * then a kilobyte stands for 40 megapixels)
 */
export function runLengthRows(bytes: Buffer, { width, pixelsAt, compression }: BmpHeader) {
  const nibbles = compression === BmpCompression.RLE4;
  const row = new Uint8Array(width);
  let at = pixelsAt;
  const next = (): number => {
    const byte = bytes[at];
    if (byte === undefined) throw endsEarly();
    at += 1;
    return byte;
  };
  return (): Uint8Array => {
    for (let x = 0; ;) {
      // Some programs leave out the codes behind the last row.
      if (x === width && at === bytes.length) return row;
      const count = next();
      const value = next();
      if (count > 0) {
        if (x + count > width) throw broken();
        if (nibbles) for (let index = 0; index < count; index += 1) row[x + index] = nibble(value, index);
        else row.fill(value, x, x + count);
        x += count;
      } else if (value === END_OF_LINE || value === END_OF_BITMAP) {
        // The last row may end with either code; an end of the bitmap before it shows as missing pixels in the next row.
        if (x < width) throw broken();
        if (value === END_OF_BITMAP) at = bytes.length;
        return row;
      } else if (value === DELTA) {
        throw broken();
      } else {
        if (x + value > width) throw broken();
        const length = nibbles ? Math.ceil(value / 2) : value;
        for (let index = 0; index < value; index += 1) {
          const byte = bytes[at + (nibbles ? index >> 1 : index)];
          if (byte === undefined) throw endsEarly();
          row[x + index] = nibbles ? nibble(byte, index) : byte;
        }
        // Literal pixels are padded to 2 bytes.
        at += length + (length % 2);
        x += value;
      }
    }
  };
}

/** The first pixel stands in the high half of a byte. */
function nibble(byte: number, index: number): number {
  return index % 2 === 0 ? byte >>> 4 : byte & 0x0f;
}

function endsEarly(): AppError {
  return new AppError("INVALID_IMAGE", "The image ends early.");
}

function broken(): AppError {
  return new AppError("INVALID_IMAGE", "The bitmap's run lengths do not fill its rows.");
}
