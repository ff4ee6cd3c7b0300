/** Reads a photo's format, size and orientation from its header; refuses what is too large before it is decoded. */
import { hash } from "node:crypto";
import { imageSize } from "image-size";
import sharp from "sharp";
import { AppError } from "../errors.js";
import { tooManyBytes } from "./base64.decoder.js";
import { readBmpHeader } from "./bmp.header.js";
import type { ImageFile, ImageFormat, ImageLimits, ImageSource, Photo } from "./photo.js";
import { sniffFormat } from "./format.sniffer.js";

// No image is decoded twice the same way, so libvips' cache would only hold memory.
sharp.cache(false);

/**
 * The rest of the file is not checked: see `decodeUpright`.
 * @throws AppError INVALID_IMAGE, UNSUPPORTED_IMAGE_TYPE or IMAGE_TOO_LARGE
 */
export async function readPhoto({ bytes }: ImageFile, source: ImageSource, limits: ImageLimits): Promise<Photo> {
  if (bytes.length > limits.maxBytes) throw tooManyBytes(limits.maxBytes);
  const header = headerByImageSize(bytes) ?? (await headerByLibvips(bytes));
  const { width, height } = header;
  const allowed = Math.floor(limits.maxPixels / decodingWeight({ bytes, format: header.format }));
  if (width * height > allowed || Math.max(width, height) > limits.maxSide) {
    throw new AppError(
      "IMAGE_TOO_LARGE",
      `The image has ${width}×${height} pixels; ${allowed} in all and ${limits.maxSide} a side are allowed.`,
    );
  }
  return { bytes, sha256: hash("sha256", bytes, "buffer"), source, ...header };
}

/** PNG, IHDR: where the bits a channel and the kind of interlacing stand. */
const [PNG_BIT_DEPTH_AT, PNG_INTERLACE_AT] = [24, 28];

/**
 * How often each pixel counts towards `maxPixels`, by the time that decoding takes. Bitmaps, which we decode in JavaScript, take four times as long as a
 * JPEG; a PNG of 16 bits a channel and an interlaced one each take twice as long as others.
 */
export function decodingWeight({ bytes, format }: Pick<Photo, "bytes" | "format">): number {
  if (format === "BMP") return 4;
  if (format !== "PNG") return 1;
  return (bytes[PNG_BIT_DEPTH_AT] === 16 ? 2 : 1) * (bytes[PNG_INTERLACE_AT] === 1 ? 2 : 1);
}

type Header = Pick<Photo, "format" | "width" | "height" | "orientation">;

/** Formats whose header `image-size` reads as libvips does. */
const FORMAT_BY_IMAGE_SIZE: Readonly<Record<string, ImageFormat>> = { jpg: "JPEG", png: "PNG", webp: "WEBP" };

/** Chunk names of EXIF in PNG and WebP, whose orientation only libvips reads. */
const EXIF_MARKS = ["eXIf", "EXIF"];

/** The header as `image-size` reads it, in a hundredth of the time that libvips takes; null where libvips could read it differently. */
function headerByImageSize(bytes: Buffer): Header | null {
  try {
    const { width, height, orientation = 1, type = "" } = imageSize(bytes);
    const format = FORMAT_BY_IMAGE_SIZE[type];
    if (format === undefined) return null;
    if (format !== "JPEG" && EXIF_MARKS.some((mark) => bytes.includes(mark, 0, "latin1"))) return null;
    return width > 0 && height > 0 && orientation >= 1 && orientation <= 8
      ? { format, width, height, orientation }
      : null;
  } catch {
    return null;
  }
}

async function headerByLibvips(bytes: Buffer): Promise<Header> {
  const format = await sniffFormat(bytes);
  if (format === "BMP") {
    const { width, height } = readBmpHeader(bytes);
    return { format, width, height, orientation: 1 };
  }
  try {
    // With its own limit libvips would refuse a huge image first, with another error than IMAGE_TOO_LARGE.
    const { width, height, orientation = 1 } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { format, width, height, orientation: orientation <= 8 ? Math.max(1, orientation) : 1 };
  } catch (cause) {
    throw new AppError("INVALID_IMAGE", "The image's header is broken.", { cause });
  }
}
