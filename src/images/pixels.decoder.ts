/** Decodes a photo into upright RGB pixels, at full size or smaller. */
import sharp, { type Sharp } from "sharp";
import { AppError } from "../errors.js";
import { decodeBmp } from "./bmp.decoder.js";
import type { Photo } from "./photo.js";
import { uprightSize } from "./exif.orientation.js";

export interface RgbPixels {
  /** Interleaved RGB, 8 bits a channel, rows from the top. */
  data: Uint8Array;
  width: number;
  height: number;
}

export interface UprightPixels extends RgbPixels {
  /** Decoded width over the width of the upright photo; 1 when it was not made smaller. */
  scale: number;
}

export interface DecodeOptions {
  /** The longer side is made no longer than this, in pixels. */
  maxLongSide?: number;
}

/** For one photo. The slowest that the limits allow take about a second of a core. */
const TIMEOUT_SECONDS = 3;

/** @throws AppError INVALID_IMAGE when the photo is cut off, does not decode, or takes longer than `TIMEOUT_SECONDS`. */
export async function decodeUpright(photo: Photo, { maxLongSide }: DecodeOptions = {}): Promise<UprightPixels> {
  const upright = uprightSize(photo);
  const scale = Math.min(1, (maxLongSide ?? Infinity) / Math.max(upright.width, upright.height));
  const width = Math.max(1, Math.round(upright.width * scale));
  const height = Math.max(1, Math.round(upright.height * scale));
  try {
    const { data } = await (
      await open(photo)
    )
      .autoOrient()
      .resize({ width, height, fit: "fill", kernel: "lanczos2", fastShrinkOnLoad: true })
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .timeout({ seconds: TIMEOUT_SECONDS })
      .toBuffer({ resolveWithObject: true });
    return { data: data.length === width * height ? tripled(data) : data, width, height, scale };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if (cause instanceof Error && cause.message.startsWith("timeout")) throw tooSlow(cause);
    throw new AppError("INVALID_IMAGE", "The image is broken or ends early.", { cause });
  }
}

async function open(photo: Photo): Promise<Sharp> {
  if (photo.format !== "BMP") {
    // Many cameras write files that libvips warns about; only files that are cut off or invalid are refused.
    return sharp(photo.bytes, {
      failOn: "truncated",
      limitInputPixels: photo.width * photo.height,
      sequentialRead: true,
    });
  }
  const rgb = await decodeBmp(photo.bytes, performance.now() + TIMEOUT_SECONDS * 1000);
  return sharp(rgb, { raw: { width: photo.width, height: photo.height, channels: 3 } });
}

/** Retryable: on a machine that is less busy the photo may decode in time. */
function tooSlow(cause: Error): AppError {
  return new AppError("INVALID_IMAGE", "The image takes too long to decode.", { cause, retryable: true });
}

/** Grey images are decoded into one channel; the engine expects three. */
function tripled(gray: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(gray.length * 3);
  gray.forEach((value, index) => rgb.fill(value, index * 3, index * 3 + 3));
  return rgb;
}
