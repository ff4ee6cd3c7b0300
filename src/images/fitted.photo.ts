/** Fits a photo to a receiver's limits: unchanged where it meets them, else upright, smaller and as JPEG. */
import sharp from "sharp";
import type { BoundingBox, ImageFormat, Photo } from "./photo.js";
import { decodeUpright, type UprightPixels } from "./pixels.decoder.js";
import { boxAsSent, uprightSize } from "./exif.orientation.js";

/** What a receiver accepts. */
export interface ReceiverLimits {
  formats: readonly ImageFormat[];
  /** Pixels, for width and height alike. */
  minSide: number;
  maxSide: number;
  /** Characters of the file as base64. */
  maxBase64Length: number;
}

export interface FittedPhoto {
  bytes: Buffer;
  format: ImageFormat;
  /** Maps a box from these pixels to those of the photo as sent; null for a box that lies outside of it. */
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

/** Side of the decoded image in pixels, small because only the success of the decoding counts. */
const CHECK_SIDE = 256;

/**
 * The photo within the limits. It is decoded in either case, so that a broken one is refused here and not by a receiver who
 * charges for it.
 * @throws AppError INVALID_IMAGE when it does not decode to its end.
 */
export async function fitPhoto(photo: Photo, limits: ReceiverLimits): Promise<FittedPhoto> {
  if (!fits(photo, limits)) return reencode(photo, await decodeUpright(photo, { maxLongSide: limits.maxSide }), limits);
  await decodeUpright(photo, { maxLongSide: CHECK_SIDE });
  return { bytes: photo.bytes, format: photo.format, boxAsSent: (box) => box };
}

/** Characters of base64 for so many bytes, with padding. */
function base64Length(byteLength: number): number {
  return Math.ceil(byteLength / 3) * 4;
}

function fits({ format, orientation, width, height, bytes }: Photo, limits: ReceiverLimits): boolean {
  return (
    limits.formats.includes(format) &&
    // A receiver does not document whether it applies the EXIF orientation, nor which grid its boxes are in.
    orientation === 1 &&
    Math.min(width, height) >= limits.minSide &&
    Math.max(width, height) <= limits.maxSide &&
    base64Length(bytes.length) <= limits.maxBase64Length
  );
}

async function reencode(photo: Photo, pixels: UprightPixels, limits: ReceiverLimits): Promise<FittedPhoto> {
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
    // Padding to the shortest side allowed, on the right and below: coordinates do not change.
    .extend({ right: Math.max(0, minSide - width), bottom: Math.max(0, minSide - height), background: "black" })
    .jpeg({ quality })
    .toBuffer();
}

/** From the `width` × `height` pixels that were sent on, by way of the upright photo, to the grid that the file stores. */
function mappedBox(box: BoundingBox, width: number, height: number, photo: Photo): BoundingBox | null {
  const upright = uprightSize(photo);
  const across = (x: number) => Math.round((Math.min(Math.max(x, 0), width) * upright.width) / width);
  const down = (y: number) => Math.round((Math.min(Math.max(y, 0), height) * upright.height) / height);
  const mapped = { left: across(box.left), top: down(box.top), right: across(box.right), bottom: down(box.bottom) };
  return mapped.left < mapped.right && mapped.top < mapped.bottom ? boxAsSent(mapped, photo) : null;
}
