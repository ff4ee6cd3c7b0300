/** Takes a picture in: told by content, measured by its header, refused before it is decoded when it is too large. */
import { createHash } from "node:crypto";
import sharp from "sharp";
import { AppError } from "../errors.js";
import { tooManyBytes } from "./base64.js";
import { bmpSize } from "./bmp.js";
import type { ImageFormat, ImageLimits, ImageSource, Photo } from "./photo.js";
import { sniffFormat } from "./sniff.js";

// Every picture is seen once: libvips' cache would only hold memory.
sharp.cache(false);

/**
 * @throws AppError INVALID_IMAGE, UNSUPPORTED_IMAGE_TYPE or IMAGE_TOO_LARGE. That the header is sound does not prove that
 * the rest decodes: see `decodeUpright`.
 */
export async function readPhoto(bytes: Buffer, source: ImageSource, limits: ImageLimits): Promise<Photo> {
  if (bytes.length > limits.maxBytes) throw tooManyBytes(limits.maxBytes);
  const format = await sniffFormat(bytes);
  const { width, height, orientation } = await readHeader(bytes, format);
  if (width * height > limits.maxPixels) {
    throw new AppError(
      "IMAGE_TOO_LARGE",
      `The picture has ${width}×${height} pixels; ${limits.maxPixels} in all are allowed.`,
    );
  }
  return { bytes, sha256: createHash("sha256").update(bytes).digest(), source, format, width, height, orientation };
}

async function readHeader(
  bytes: Buffer,
  format: ImageFormat,
): Promise<Pick<Photo, "width" | "height" | "orientation">> {
  if (format === "BMP") return { ...bmpSize(bytes), orientation: 1 };
  try {
    // Without the limit off, libvips itself would refuse a huge header, and by another name.
    const { width, height, orientation } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { width, height, orientation: orientation !== undefined && orientation <= 8 ? Math.max(1, orientation) : 1 };
  } catch (cause) {
    throw new AppError("INVALID_IMAGE", "The picture's header is broken.", { cause });
  }
}
