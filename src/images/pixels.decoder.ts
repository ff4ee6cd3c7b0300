/** Decodes a photo into upright RGB pixels, at its own size or smaller. */
import sharp, { type Sharp } from "sharp";
import { AppError } from "../errors.js";
import { decodeBmp } from "./bmp.js";
import type { Photo } from "./photo.js";
import { uprightSize } from "./upright.grid.js";

export interface RgbPixels {
  /** Interleaved RGB, 8 bits a channel, rows from the top. */
  data: Uint8Array;
  width: number;
  height: number;
}

export interface UprightPixels extends RgbPixels {
  /** Decoded pixels for one pixel of the upright photo; 1 when it was not made smaller. */
  scale: number;
}

export interface DecodeOptions {
  /** The longer side is made no longer than this, in pixels. */
  maxLongSide?: number;
}

/** A picture that takes longer is made to take long. */
const TIMEOUT_SECONDS = 10;

/** @throws AppError INVALID_IMAGE when the photo is cut off or does not decode. */
export async function decodeUpright(photo: Photo, { maxLongSide }: DecodeOptions = {}): Promise<UprightPixels> {
  const upright = uprightSize(photo);
  const scale = Math.min(1, (maxLongSide ?? Infinity) / Math.max(upright.width, upright.height));
  const width = Math.max(1, Math.round(upright.width * scale));
  const height = Math.max(1, Math.round(upright.height * scale));
  try {
    const { data } = await open(photo)
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
    throw new AppError("INVALID_IMAGE", "The picture is broken or ends early.", { cause });
  }
}

function open(photo: Photo): Sharp {
  if (photo.format !== "BMP") {
    // Cameras write many files that libvips warns about; only what is cut off or wrong is refused.
    return sharp(photo.bytes, {
      failOn: "truncated",
      limitInputPixels: photo.width * photo.height,
      sequentialRead: true,
    });
  }
  return sharp(decodeBmp(photo.bytes), { raw: { width: photo.width, height: photo.height, channels: 3 } });
}

/** A grey picture comes out with one channel; readers expect three. */
function tripled(gray: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(gray.length * 3);
  gray.forEach((value, index) => rgb.fill(value, index * 3, index * 3 + 3));
  return rgb;
}
