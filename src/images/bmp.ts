/** Windows bitmaps, which the imaging library does not read: header first, pixels only when they are wanted. */
import { decode } from "bmp-ts";
import { AppError } from "../errors.js";

/** File header (14 bytes) and the common info header (40 bytes), Microsoft's BITMAPINFOHEADER. */
const HEADER_BYTES = 54;

/** Width and height in pixels; a negative height means rows from the top down. */
export function bmpSize(bytes: Buffer): { width: number; height: number } {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(14) < 40)
    throw new AppError("INVALID_IMAGE", "The bitmap's header is broken.");
  const width = bytes.readInt32LE(18);
  const height = Math.abs(bytes.readInt32LE(22));
  if (width <= 0 || height === 0) throw new AppError("INVALID_IMAGE", "The bitmap's header is broken.");
  return { width, height };
}

/** Interleaved RGB, 8 bits a channel. The size must have passed the pixel limit already. */
export function decodeBmp(bytes: Buffer): Uint8Array {
  const { width, height } = bmpSize(bytes);
  const compression = bytes.readUInt32LE(30);
  const rowBytes = Math.ceil((width * bytes.readUInt16LE(28)) / 32) * 4;
  // Uncompressed rows (BI_RGB 0, BI_BITFIELDS 3) have a known length; a file that holds less of them was cut off.
  if ((compression === 0 || compression === 3) && bytes.length < bytes.readUInt32LE(10) + rowBytes * height) {
    throw new AppError("INVALID_IMAGE", "The picture ends early.");
  }
  const { data } = decode(bytes, { toRGBA: true });
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from] ?? 0;
    rgb[to + 1] = data[from + 1] ?? 0;
    rgb[to + 2] = data[from + 2] ?? 0;
  }
  return rgb;
}
