/** Cuts a plate out of a photo and straightens it. */
import type { RgbPixels } from "../../images/pixels.decoder.js";
import { rectangleToQuad, type Quad } from "./geometry.js";

/**
 * The quad of the picture as a `width` × `height` rectangle, by bilinear interpolation; pixels outside the picture
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
      const w = g * column + h * row + 1;
      const x = Math.min(Math.max((a * column + b * row + c) / w, 0), maxX);
      const y = Math.min(Math.max((d * column + e * row + f) / w, 0), maxY);
      const x0 = Math.floor(x);
      const y0 = Math.floor(y);
      const fx = x - x0;
      const fy = y - y0;
      const right = x0 < maxX ? 3 : 0;
      const below = y0 < maxY ? pixels.width * 3 : 0;
      const at = (y0 * pixels.width + x0) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const from = at + channel;
        const upper = (data[from] ?? 0) * (1 - fx) + (data[from + right] ?? 0) * fx;
        const lower = (data[from + below] ?? 0) * (1 - fx) + (data[from + below + right] ?? 0) * fx;
        out[to + channel] = upper * (1 - fy) + lower * fy + 0.5;
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
