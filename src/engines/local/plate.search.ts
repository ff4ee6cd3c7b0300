/** Searches a whole photo for plates, at one size after the other. */
import type { RgbPixels } from "../../images/pixels.decoder.js";
import { resized } from "./picture.resize.js";
import { inOuterPicture, onGrid, type Detection, type PlateDetector } from "./plate.detector.js";

/**
 * The longer side of the photo in the first look, as a share of its own and in pixels: about half, because the detector
 * finds plates half as wide as the reader can read.
 */
const FIRST_LOOK = { share: 0.44, min: 512, max: 1024 } as const;
/** Of the first look's size: what was too small is enlarged, what fills the picture is made smaller. */
const FURTHER_LOOKS = [2, 0.5] as const;
/** Pictures are not enlarged by more than this: nothing new would be seen. */
const MAX_ENLARGEMENT = 2;

export interface Look {
  /** The photo as it was searched. */
  shown: RgbPixels;
  /** Surest first, in pixels of the photo. */
  finds: Detection[];
}

/** What each look finds; asking for the next look takes it. */
export async function* searchPhoto(detector: PlateDetector, photo: RgbPixels): AsyncGenerator<Look> {
  const own = Math.max(photo.width, photo.height);
  const first = Math.min(Math.max(own * FIRST_LOOK.share, FIRST_LOOK.min), FIRST_LOOK.max);
  yield await lookAt(detector, photo, first);
  for (const factor of FURTHER_LOOKS) {
    if ((first * factor) / own <= MAX_ENLARGEMENT) yield await lookAt(detector, photo, first * factor);
  }
}

/** Searches the photo with its longer side made about `longSide` pixels. */
export async function lookAt(detector: PlateDetector, photo: RgbPixels, longSide: number): Promise<Look> {
  const scale = longSide / Math.max(photo.width, photo.height);
  const shown = await resized(photo, onGrid(photo.width * scale), onGrid(photo.height * scale));
  const whole = { left: 0, top: 0, width: photo.width, height: photo.height };
  const finds = await detector.find(shown);
  return { shown, finds: finds.map((find) => inOuterPicture(find, shown, whole)) };
}
