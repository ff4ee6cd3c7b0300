/** Makes a decoded picture, or a part of it, smaller or larger. */
import sharp from "sharp";
import type { UprightPixels } from "../../images/pixels.decoder.js";

/** Pixels of the picture. */
export interface PicturePart {
  left: number;
  top: number;
  width: number;
  height: number;
}

export async function resized(
  pixels: UprightPixels,
  width: number,
  height: number,
  part?: PicturePart,
): Promise<UprightPixels> {
  const picture = sharp(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels: 3 } });
  if (part) picture.extract(part);
  const size = { width: Math.max(1, width), height: Math.max(1, height) };
  const data = await picture
    .resize({ ...size, fit: "fill", kernel: "cubic" })
    .raw()
    .toBuffer();
  return { data, ...size, scale: (pixels.scale * size.width) / (part?.width ?? pixels.width) };
}
