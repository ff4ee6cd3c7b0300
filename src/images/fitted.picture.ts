/** A picture that fits a receiver's limits: as it was sent where that will do, else upright, smaller and as JPEG. */
import sharp from "sharp";
import type { BoundingBox, ImageFormat, Photo } from "./photo.js";
import { decodeUpright, type UprightPixels } from "./pixels.decoder.js";
import { boxAsSent, uprightSize } from "./upright.grid.js";

/** What a receiver takes. */
export interface PictureLimits {
  formats: readonly ImageFormat[];
  /** Pixels, for width and height alike. */
  minSide: number;
  maxSide: number;
  /** Characters of the file as base64. */
  maxBase64Length: number;
}

export interface FittedPicture {
  bytes: Buffer;
  format: ImageFormat;
  /** Takes a box from this picture back to the photo as sent; null for one that lies outside it. */
  boxAsSent(box: BoundingBox): BoundingBox | null;
}

/** Tried in turn until the file is small enough; `scale` is of the longest side allowed. */
const ATTEMPTS = [
  { scale: 1, quality: 92 },
  { scale: 1, quality: 80 },
  { scale: 0.75, quality: 80 },
  { scale: 0.5, quality: 80 },
  { scale: 0.25, quality: 75 },
] as const;

/** Enough to prove that every byte is there; the pixels are thrown away. */
const PROOF_SIDE = 256;

/**
 * The photo within the limits. It is decoded once in either case, so that a broken one is refused here and not by a
 * receiver who charges for it.
 * @throws AppError INVALID_IMAGE when it does not decode to its end.
 */
export async function fitPicture(photo: Photo, limits: PictureLimits): Promise<FittedPicture> {
  if (!fits(photo, limits)) return reencode(photo, await decodeUpright(photo, { maxLongSide: limits.maxSide }), limits);
  await decodeUpright(photo, { maxLongSide: PROOF_SIDE });
  return { bytes: photo.bytes, format: photo.format, boxAsSent: (box) => box };
}

/** Characters of base64 for so many bytes, with padding. */
function base64Length(byteLength: number): number {
  return Math.ceil(byteLength / 3) * 4;
}

function fits({ format, orientation, width, height, bytes }: Photo, limits: PictureLimits): boolean {
  return (
    limits.formats.includes(format) &&
    // Whether a receiver heeds the orientation is its secret, and with it the grid of its boxes.
    orientation === 1 &&
    Math.min(width, height) >= limits.minSide &&
    Math.max(width, height) <= limits.maxSide &&
    base64Length(bytes.length) <= limits.maxBase64Length
  );
}

async function reencode(photo: Photo, pixels: UprightPixels, limits: PictureLimits): Promise<FittedPicture> {
  for (const { scale, quality } of ATTEMPTS) {
    const shrink = Math.min(1, (limits.maxSide * scale) / Math.max(pixels.width, pixels.height));
    const width = Math.max(1, Math.round(pixels.width * shrink));
    const height = Math.max(1, Math.round(pixels.height * shrink));
    const bytes = await encodeJpeg(pixels, width, height, limits.minSide, quality);
    if (base64Length(bytes.length) > limits.maxBase64Length) continue;
    return { bytes, format: "JPEG", boxAsSent: (box) => mappedBox(box, width, height, photo) };
  }
  throw new Error(`no JPEG of ${photo.width}×${photo.height} pixels fits ${limits.maxBase64Length} characters`);
}

async function encodeJpeg(pixels: UprightPixels, width: number, height: number, minSide: number, quality: number) {
  return await sharp(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels: 3 } })
    .resize({ width, height, fit: "fill" })
    // Padding on the right and below makes up the shortest side allowed and leaves coordinates where they are.
    .extend({ right: Math.max(0, minSide - width), bottom: Math.max(0, minSide - height), background: "black" })
    .jpeg({ quality })
    .toBuffer();
}

/** From the grid of `width` by `height` that was sent on, over the upright grid of the photo, to the stored one. */
function mappedBox(box: BoundingBox, width: number, height: number, photo: Photo): BoundingBox | null {
  const upright = uprightSize(photo);
  const across = (x: number) => Math.round((Math.min(Math.max(x, 0), width) * upright.width) / width);
  const down = (y: number) => Math.round((Math.min(Math.max(y, 0), height) * upright.height) / height);
  const mapped = { left: across(box.left), top: down(box.top), right: across(box.right), bottom: down(box.bottom) };
  return mapped.left < mapped.right && mapped.top < mapped.bottom ? boxAsSent(mapped, photo) : null;
}
