/** Detects plates in a whole photo, at one size after the other. */
import type { RgbPixels } from "../../images/pixels.decoder.js";
import { resized } from "./pixels.resizer.js";
import { inOuterImage, onGrid, type Detection, type PlateDetector } from "./plate.detector.js";

/**
 * The longer side of the photo in the first search, as a share of its own and within bounds in pixels: about half, because the
 * detector detects plates that are half as wide as the reader needs.
 */
const FIRST_SEARCH = { share: 0.44, min: 512, max: 1024 } as const;
/** Factors of the first search's size: larger for plates that were too small, smaller for those that fill the photo. */
const FURTHER_SEARCHES = [2, 0.5] as const;
/** Images are not enlarged by more than this: it adds no detail. */
const MAX_ENLARGEMENT = 2;

export interface Search {
  /** The resized photo that the detector was given. */
  shown: RgbPixels;
  /** Highest score first, in pixels of the photo. */
  detections: Detection[];
}

/** One search after the other; the next one runs when it is asked for. */
export async function* searchPhoto(detector: PlateDetector, photo: RgbPixels): AsyncGenerator<Search> {
  const own = Math.max(photo.width, photo.height);
  const first = Math.min(Math.max(own * FIRST_SEARCH.share, FIRST_SEARCH.min), FIRST_SEARCH.max);
  yield await searchAt(detector, photo, first);
  for (const factor of FURTHER_SEARCHES) {
    if ((first * factor) / own <= MAX_ENLARGEMENT) yield await searchAt(detector, photo, first * factor);
  }
}

/** Searches the photo with its longer side made about `longSide` pixels. */
export async function searchAt(detector: PlateDetector, photo: RgbPixels, longSide: number): Promise<Search> {
  const scale = longSide / Math.max(photo.width, photo.height);
  const shown = await resized(photo, onGrid(photo.width * scale), onGrid(photo.height * scale));
  const whole = { left: 0, top: 0, width: photo.width, height: photo.height };
  const detections = await detector.detect(shown);
  return { shown, detections: detections.map((detection) => inOuterImage(detection, shown, whole)) };
}
