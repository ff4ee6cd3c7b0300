/** Looks again at a plate that was found in the whole photo: straightened, and larger, until its corners are exact. */
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
import { resized } from "./picture.resize.js";
import { inOuterPicture, onGrid, type Detection, type PlateDetector } from "./plate.detector.js";
import { warpPlate } from "./plate.warp.js";

/** A square around the plate, this many plate widths wide, shown this large (pixels). */
const CLOSE_UP = { plateWidths: 2.2, side: 256 } as const;
/** The straightened view: the plate and this much of its surroundings on each side, in shares of its own sides. */
const STRAIGHT = { shareX: 0.6, shareY: 1.2, width: 256, height: 160 } as const;
/** A find that overlaps less is another plate. */
const SAME_PLATE_IOU = 0.4;

/** The plate as it is found in the upright part of the photo around it, enlarged; null when it is not found there. */
export async function inCloseUp(detector: PlateDetector, pixels: RgbPixels, quad: Quad): Promise<Quad | null> {
  const box = boundsOf(quad);
  const side = Math.round(Math.max(CLOSE_UP.plateWidths * Math.max(box.right - box.left, box.bottom - box.top), 32));
  const left = clamp(Math.round((box.left + box.right - side) / 2), 0, pixels.width - 1);
  const top = clamp(Math.round((box.top + box.bottom - side) / 2), 0, pixels.height - 1);
  const part = { left, top, width: Math.min(side, pixels.width - left), height: Math.min(side, pixels.height - top) };
  const scale = CLOSE_UP.side / Math.max(part.width, part.height);
  const shown = await resized(pixels, onGrid(part.width * scale), onGrid(part.height * scale), part);
  const finds = (await detector.find(shown)).map((found) => inOuterPicture(found, shown, part));
  return samePlate(finds, quad);
}

/** The plate as it is found once the quad is warped to a rectangle: what was turned or bent is nearly upright there. */
export async function straightened(detector: PlateDetector, pixels: RgbPixels, quad: Quad): Promise<Quad | null> {
  const view = widened(quad, STRAIGHT.shareX, STRAIGHT.shareY);
  const homography = rectangleToQuad(STRAIGHT.width, STRAIGHT.height, view);
  const shown = warpPlate(pixels, view, STRAIGHT.width, STRAIGHT.height);
  if (homography === null || shown === null) return null;
  const finds = await detector.find(shown);
  return samePlate(
    finds.map((found) => ({ ...found, quad: mapQuad(found.quad, (point) => transformed(homography, point)) })),
    quad,
  );
}

function samePlate(finds: readonly Detection[], quad: Quad): Quad | null {
  const box = boundsOf(quad);
  return finds.find((found) => intersectionOverUnion(boundsOf(found.quad), box) > SAME_PLATE_IOU)?.quad ?? null;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
