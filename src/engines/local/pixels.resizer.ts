/** Makes a decoded image, or a part of it, smaller or larger. */
import sharp from "sharp";
import type { RgbPixels } from "../../images/pixels.decoder.js";

/** Pixels of the image. */
export interface ImagePart {
  left: number;
  top: number;
  width: number;
  height: number;
}

export async function resized(pixels: RgbPixels, width: number, height: number, part?: ImagePart): Promise<RgbPixels> {
  const image = sharp(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels: 3 } });
  if (part) image.extract(part);
  const data = await image.resize({ width, height, fit: "fill", kernel: "cubic" }).raw().toBuffer();
  return { data, width, height };
}
