/** Detects a plate a second time, in an enlarged or straightened part of the photo, where its corners are more exact. */
import type { RgbPixels } from "../../images/pixels.decoder.js";
import {
  boundsOf,
  intersectionOverUnion,
  mapQuad,
  rectangleToQuad,
  transformed,
  widened,
  type Quad,
} from "./geometry.js";
import { resized } from "./pixels.resizer.js";
import { inOuterImage, onGrid, type Detection, type PlateDetector } from "./plate.detector.js";
import { warpPlate } from "./plate.warp.js";

/** The enlarged part: a square around the plate, so many plate widths wide, resized to `side` pixels. */
const CLOSE_UP = { plateWidths: 2.2, side: 256 } as const;
/** The straightened part: the plate with so much of its surroundings on each side, in shares of its own sides; its size in pixels. */
const STRAIGHT = { shareX: 0.6, shareY: 1.2, width: 256, height: 160 } as const;
/** Detections whose boxes overlap less (intersection over union) are of different plates. */
const SAME_PLATE_IOU = 0.4;

/** The plate's corners as detected in the enlarged part of the photo around it; null when it is not detected there. */
export async function inCloseUp(detector: PlateDetector, pixels: RgbPixels, quad: Quad): Promise<Quad | null> {
  const box = boundsOf(quad);
  const side = Math.round(Math.max(CLOSE_UP.plateWidths * Math.max(box.right - box.left, box.bottom - box.top), 32));
  const left = clamp(Math.round((box.left + box.right - side) / 2), 0, pixels.width - 1);
  const top = clamp(Math.round((box.top + box.bottom - side) / 2), 0, pixels.height - 1);
  const part = { left, top, width: Math.min(side, pixels.width - left), height: Math.min(side, pixels.height - top) };
  const scale = CLOSE_UP.side / Math.max(part.width, part.height);
  const shown = await resized(pixels, onGrid(part.width * scale), onGrid(part.height * scale), part);
  const detections = (await detector.detect(shown)).map((detection) => inOuterImage(detection, shown, part));
  return samePlate(detections, quad);
}

/** The plate's corners as detected after the quad is warped to a rectangle, which removes rotation and perspective; null when it is not detected there. */
export async function straightened(detector: PlateDetector, pixels: RgbPixels, quad: Quad): Promise<Quad | null> {
  const view = widened(quad, STRAIGHT.shareX, STRAIGHT.shareY);
  const homography = rectangleToQuad(STRAIGHT.width, STRAIGHT.height, view);
  const shown = warpPlate(pixels, view, STRAIGHT.width, STRAIGHT.height);
  if (homography === null || shown === null) return null;
  const detections = await detector.detect(shown);
  return samePlate(
    detections.map((detection) => ({
      ...detection,
      quad: mapQuad(detection.quad, (point) => transformed(homography, point)),
    })),
    quad,
  );
}

function samePlate(detections: readonly Detection[], quad: Quad): Quad | null {
  const box = boundsOf(quad);
  return (
    detections.find((detection) => intersectionOverUnion(boundsOf(detection.quad), box) > SAME_PLATE_IOU)?.quad ?? null
  );
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
