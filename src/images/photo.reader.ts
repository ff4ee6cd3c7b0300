/** Takes a picture in: told by content, measured by its header, refused before it is decoded when it is too large. */
import { createHash } from "node:crypto";
import { imageSize } from "image-size";
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
  const plain = sizeOf(bytes);
  if (plain !== null) return plain;
  try {
    // Without the limit off, libvips itself would refuse a huge header, and by another name.
    const { width, height, orientation } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { width, height, orientation: orientation !== undefined && orientation <= 8 ? Math.max(1, orientation) : 1 };
  } catch (cause) {
    throw new AppError("INVALID_IMAGE", "The picture's header is broken.", { cause });
  }
}

/** The marks of orientation that only libvips reads: EXIF in PNG and WebP. */
const EXIF_MARKS = ["eXIf", "EXIF"];

/** The size from the header alone, at a twentieth of what libvips takes to look at it; null where it is in doubt. */
function sizeOf(bytes: Buffer): Pick<Photo, "width" | "height" | "orientation"> | null {
  try {
    const { width, height, orientation = 1, type } = imageSize(bytes);
    if (type !== "jpg" && EXIF_MARKS.some((mark) => bytes.includes(mark, 0, "latin1"))) return null;
    return width > 0 && height > 0 && orientation >= 1 && orientation <= 8 ? { width, height, orientation } : null;
  } catch {
    return null;
  }
}
