/** Tight crops, images that show a plate and nothing else: padded with grey, on which the detector detects more of them. */
import type { RgbPixels } from "../../images/pixels.decoder.js";
import { boundsOf, mapQuad, type Quad } from "./geometry.js";
import { resized } from "./pixels.resizer.js";

/** Width over height. Plates have 2 to 3.4, slanted ones less; hardly any photo is as wide as `surelyTight`. */
const ASPECT = { min: 1.2, max: 7, surelyTight: 1.9 } as const;
/** Pixels; a wider crop is made smaller: the reader's input is 160 wide. */
const MAX_WIDTH = 480;
/** Padding on every side, in widths of the crop. */
const PADDING = 0.6;
const GREY = 110;
/** A plate that takes a smaller share of the image's width shows that the image is no tight crop. */
const LEAST_SHARE = 0.5;

export interface PaddedCrop {
  pixels: RgbPixels;
  /** The crop's corners in the padded pixels. */
  whole: Quad;
  /** Maps corners from the padded pixels to the crop's own. */
  inCrop(quad: Quad): Quad;
}

/** Whether the image has the shape of a plate. */
export function couldBeTight({ width, height }: RgbPixels): boolean {
  return width >= ASPECT.min * height && width <= ASPECT.max * height;
}

/** Whether the image has a shape that plates have and photos do not. */
export function isSurelyTight(image: RgbPixels): boolean {
  return couldBeTight(image) && image.width >= ASPECT.surelyTight * image.height;
}

export function fillsImage(quad: Quad, { width }: RgbPixels): boolean {
  const { left, right } = boundsOf(quad);
  return right - left >= LEAST_SHARE * width;
}

export function wholeOf({ width, height }: RgbPixels): Quad {
  return [
    { x: 0, y: 0 },
    { x: width, y: 0 },
    { x: width, y: height },
    { x: 0, y: height },
  ];
}

export async function padded(image: RgbPixels): Promise<PaddedCrop> {
  const scale = Math.min(1, MAX_WIDTH / image.width);
  const shown = scale < 1 ? await resized(image, MAX_WIDTH, Math.max(1, Math.round(image.height * scale))) : image;
  const padding = Math.round(PADDING * shown.width);
  const [width, height] = [shown.width + 2 * padding, shown.height + 2 * padding];
  const data = new Uint8Array(width * height * 3).fill(GREY);
  const stride = shown.width * 3;
  for (let row = 0; row < shown.height; row++) {
    data.set(shown.data.subarray(row * stride, (row + 1) * stride), ((row + padding) * width + padding) * 3);
  }
  const [scaleX, scaleY] = [image.width / shown.width, image.height / shown.height];
  return {
    pixels: { data, width, height },
    whole: mapQuad(wholeOf(shown), ({ x, y }) => ({ x: x + padding, y: y + padding })),
    inCrop: (quad) => mapQuad(quad, ({ x, y }) => ({ x: (x - padding) * scaleX, y: (y - padding) * scaleY })),
  };
}
