/** Makes a decoded picture, or a part of it, smaller or larger. */
import sharp from "sharp";
import type { RgbPixels } from "../../images/pixels.decoder.js";

/** Pixels of the picture. */
export interface PicturePart {
  left: number;
  top: number;
  width: number;
  height: number;
}

export async function resized(
  pixels: RgbPixels,
  width: number,
  height: number,
  part?: PicturePart,
): Promise<RgbPixels> {
  const picture = sharp(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels: 3 } });
  if (part) picture.extract(part);
  const data = await picture.resize({ width, height, fit: "fill", kernel: "cubic" }).raw().toBuffer();
  return { data, width, height };
}
