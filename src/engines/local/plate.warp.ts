/** Cuts a plate out of a photo and straightens it. */
import type { RgbPixels } from "../../images/pixels.decoder.js";
import { rectangleToQuad, type Quad } from "./geometry.js";

/**
 * The quad of the image as a `width` × `height` rectangle, by bilinear interpolation; pixels outside the image
 * repeat its edge. Null when the corners don't span an area.
 */
export function warpPlate(pixels: RgbPixels, quad: Quad, width: number, height: number): RgbPixels | null {
  const homography = rectangleToQuad(width, height, quad);
  if (homography === null) return null;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = homography;
  const out = new Uint8Array(width * height * 3);
  const { data } = pixels;
  const maxX = pixels.width - 1;
  const maxY = pixels.height - 1;
  for (let row = 0, to = 0; row < height; row++) {
    for (let column = 0; column < width; column++, to += 3) {
      const depth = 1 / (g * column + h * row + 1);
      const x = Math.min(Math.max((a * column + b * row + c) * depth, 0), maxX);
      const y = Math.min(Math.max((d * column + e * row + f) * depth, 0), maxY);
      const x0 = Math.floor(x);
      const y0 = Math.floor(y);
      const fx = x - x0;
      const fy = y - y0;
      // The four pixels around the point, and what each of them counts.
      const lt = (y0 * pixels.width + x0) * 3;
      const rt = x0 < maxX ? lt + 3 : lt;
      const down = y0 < maxY ? pixels.width * 3 : 0;
      const [lb, rb] = [lt + down, rt + down];
      const shareRb = fx * fy;
      const shareLb = fy - shareRb;
      const shareRt = fx - shareRb;
      const shareLt = 1 - fx - shareLb;
      for (let channel = 0; channel < 3; channel++) {
        out[to + channel] =
          (data[lt + channel] ?? 0) * shareLt +
          (data[rt + channel] ?? 0) * shareRt +
          (data[lb + channel] ?? 0) * shareLb +
          (data[rb + channel] ?? 0) * shareRb +
          0.5;
      }
    }
  }
  return { data: out, width, height };
}

/** Mean luminance, 0 to 255 (ITU-R BT.601 weights). */
export function meanLuminance({ data }: RgbPixels): number {
  let sum = 0;
  for (let index = 0; index < data.length; index += 3) {
    sum += 0.299 * (data[index] ?? 0) + 0.587 * (data[index + 1] ?? 0) + 0.114 * (data[index + 2] ?? 0);
  }
  return (sum * 3) / data.length;
}
