/** Pictures that are all plate: the detector knows plates with a car around them, so such a picture gets grey ground around it. */
import type { RgbPixels } from "../../images/pixels.decoder.js";
import { boundsOf, mapQuad, type Quad } from "./geometry.js";
import { resized } from "./picture.resize.js";

/** Width over height. Plates have 2 to 3.4, slanted ones less; of photos hardly any are as wide as `SURELY_TIGHT`. */
const ASPECT = { min: 1.2, max: 7, surelyTight: 1.9 } as const;
/** A picture is shown no larger than this, in pixels of its width: the reader sees 160. */
const MAX_WIDTH = 480;
/** Ground on every side, in widths of the picture. */
const GROUND = 0.6;
const GREY = 110;
/** A plate that fills less of the picture's width says that the picture is no tight crop. */
const LEAST_SHARE = 0.5;

export interface GroundedPicture {
  pixels: RgbPixels;
  /** The corners of the picture in these pixels. */
  whole: Quad;
  /** Takes corners in these pixels to the picture's own. */
  inPicture(quad: Quad): Quad;
}

/** Whether the picture has the shape of a plate. */
export function couldBeTight({ width, height }: RgbPixels): boolean {
  return width >= ASPECT.min * height && width <= ASPECT.max * height;
}

/** Whether the picture has a shape that plates have and photos do not. */
export function isSurelyTight(picture: RgbPixels): boolean {
  return couldBeTight(picture) && picture.width >= ASPECT.surelyTight * picture.height;
}

export function fillsPicture(quad: Quad, { width }: RgbPixels): boolean {
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

export async function onGround(picture: RgbPixels): Promise<GroundedPicture> {
  const scale = Math.min(1, MAX_WIDTH / picture.width);
  const shown =
    scale < 1 ? await resized(picture, MAX_WIDTH, Math.max(1, Math.round(picture.height * scale))) : picture;
  const ground = Math.round(GROUND * shown.width);
  const [width, height] = [shown.width + 2 * ground, shown.height + 2 * ground];
  const data = new Uint8Array(width * height * 3).fill(GREY);
  const stride = shown.width * 3;
  for (let row = 0; row < shown.height; row++) {
    data.set(shown.data.subarray(row * stride, (row + 1) * stride), ((row + ground) * width + ground) * 3);
  }
  const [scaleX, scaleY] = [picture.width / shown.width, picture.height / shown.height];
  return {
    pixels: { data, width, height },
    whole: mapQuad(wholeOf(shown), ({ x, y }) => ({ x: x + ground, y: y + ground })),
    inPicture: (quad) => mapQuad(quad, ({ x, y }) => ({ x: (x - ground) * scaleX, y: (y - ground) * scaleY })),
  };
}
