/** Searches a whole photo for plates, at one size after the other. */
import type { UprightPixels } from "../../images/pixels.decoder.js";
import { resized } from "./picture.resize.js";
import { inOuterPicture, type FoundPlate, type PlateDetector } from "./plate.detector.js";

/**
 * The longer side of the photo in the first look, as a share of its own and in pixels: half, because the detector finds
 * plates half as wide as the reader can read.
 */
const FIRST_LOOK = { share: 0.5, min: 512, max: 1024 } as const;
/** Of the first look's size: what was too small is enlarged, what fills the picture is made smaller. */
const FURTHER_LOOKS = [2, 0.5] as const;
/** Pictures are not enlarged by more than this: nothing new would be seen. */
const MAX_ENLARGEMENT = 2;

/** What each look finds, surest first; asking for the next look takes it. */
export async function* searchPhoto(detector: PlateDetector, pixels: UprightPixels): AsyncGenerator<FoundPlate[]> {
  const first = firstLongSide(pixels);
  yield await findAt(detector, pixels, first);
  for (const factor of FURTHER_LOOKS) {
    if ((first * factor) / longSideOf(pixels) <= MAX_ENLARGEMENT) yield await findAt(detector, pixels, first * factor);
  }
}

/** Pixels of the photo's longer side in the first look. */
export function firstLongSide(pixels: UprightPixels): number {
  const { share, min, max } = FIRST_LOOK;
  return Math.min(Math.max(longSideOf(pixels) * share, min), max);
}

/** The plates in the photo, searched with its longer side made `longSide` pixels; the quads are in the photo's pixels. */
export async function findAt(detector: PlateDetector, pixels: UprightPixels, longSide: number): Promise<FoundPlate[]> {
  const scale = longSide / longSideOf(pixels);
  const shown = await resized(pixels, Math.round(pixels.width * scale), Math.round(pixels.height * scale));
  return (await detector.find(shown)).map((find) => inOuterPicture(find, scale, { x: 0, y: 0 }));
}

function longSideOf({ width, height }: UprightPixels): number {
  return Math.max(width, height);
}
