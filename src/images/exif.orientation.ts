/** Applies EXIF orientations to sizes and boxes: between the upright photo and the grid that the file stores. */
import type { BoundingBox, Photo } from "./photo.js";

type StoredGrid = Pick<Photo, "width" | "height" | "orientation">;

/** Orientations 5 to 8 exchange width and height. */
const FIRST_TRANSPOSED = 5;

/** Size in pixels of the photo after its orientation is applied. */
export function uprightSize({ width, height, orientation }: StoredGrid): { width: number; height: number } {
  return orientation >= FIRST_TRANSPOSED ? { width: height, height: width } : { width, height };
}

/** A box of the upright photo in the grid that the file stores. */
export function boxAsSent(box: BoundingBox, { width, height, orientation }: StoredGrid): BoundingBox {
  const { left, top, right, bottom } = box;
  switch (orientation) {
    case 2: // mirrored left to right
      return { left: width - right, top, right: width - left, bottom };
    case 3: // turned by 180°
      return { left: width - right, top: height - bottom, right: width - left, bottom: height - top };
    case 4: // mirrored top to bottom
      return { left, top: height - bottom, right, bottom: height - top };
    case 5: // mirrored along the falling diagonal
      return { left: top, top: left, right: bottom, bottom: right };
    case 6: // to be turned 90° clockwise
      return { left: top, top: height - right, right: bottom, bottom: height - left };
    case 7: // mirrored along the rising diagonal
      return { left: width - bottom, top: height - right, right: width - top, bottom: height - left };
    case 8: // to be turned 90° anticlockwise
      return { left: width - bottom, top: left, right: width - top, bottom: right };
    default:
      return box;
  }
}
