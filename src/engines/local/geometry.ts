/** Quadrilaterals, boxes, and the homography that maps a rectangle to a plate's corners. */
import type { BoundingBox } from "../../images/photo.js";

export interface Point {
  x: number;
  y: number;
}

/** The corners of a plate in the order of its text: left-top, right-top, right-bottom, left-bottom. */
export type Quad = readonly [Point, Point, Point, Point];

/** Row-major 3×3 matrix of a homography; the last entry is 1. */
export type Homography = readonly number[];

export function boundsOf(quad: Quad): BoundingBox {
  const xs = quad.map(({ x }) => x);
  const ys = quad.map(({ y }) => y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** Shared area over joint area, 0 to 1. */
export function intersectionOverUnion(first: BoundingBox, second: BoundingBox): number {
  const width = Math.min(first.right, second.right) - Math.max(first.left, second.left);
  const height = Math.min(first.bottom, second.bottom) - Math.max(first.top, second.top);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (areaOf(first) + areaOf(second) - shared);
}

export function mapQuad(quad: Quad, change: (point: Point) => Point): Quad {
  return [change(quad[0]), change(quad[1]), change(quad[2]), change(quad[3])];
}

/** The quad with its sides moved outward by shares of the plate's mean width and height. */
export function widened(quad: Quad, shareX: number, shareY: number): Quad {
  const [lt, rt, rb, lb] = quad;
  const across = { x: (rt.x - lt.x + rb.x - lb.x) / 2, y: (rt.y - lt.y + rb.y - lb.y) / 2 };
  const down = { x: (lb.x - lt.x + rb.x - rt.x) / 2, y: (lb.y - lt.y + rb.y - rt.y) / 2 };
  const move = (point: Point, signX: number, signY: number): Point => ({
    x: point.x + signX * shareX * across.x + signY * shareY * down.x,
    y: point.y + signX * shareX * across.y + signY * shareY * down.y,
  });
  return [move(lt, -1, -1), move(rt, 1, -1), move(rb, 1, 1), move(lb, -1, 1)];
}

/** The quad with its upper side moved right and its lower side left, each by this share of the plate's mean height. */
export function sheared(quad: Quad, share: number): Quad {
  const [lt, rt, rb, lb] = quad;
  const across = { x: rt.x - lt.x + rb.x - lb.x, y: rt.y - lt.y + rb.y - lb.y };
  const height = (Math.hypot(lb.x - lt.x, lb.y - lt.y) + Math.hypot(rb.x - rt.x, rb.y - rt.y)) / 2;
  const length = (share * height) / Math.max(1e-9, Math.hypot(across.x, across.y));
  const move = ({ x, y }: Point, sign: number): Point => ({
    x: x + sign * length * across.x,
    y: y + sign * length * across.y,
  });
  return [move(lt, 1), move(rt, 1), move(rb, -1), move(lb, -1)];
}

/** The homography from the rectangle (0,0)–(width,height) to the quad; null when the corners don't span an area. */
export function rectangleToQuad(width: number, height: number, quad: Quad): Homography | null {
  // The unit square's homography in closed form (Heckbert 1989), then scaled to the rectangle.
  const [p0, p1, p2, p3] = quad;
  const dx1 = p1.x - p2.x;
  const dx2 = p3.x - p2.x;
  const dy1 = p1.y - p2.y;
  const dy2 = p3.y - p2.y;
  const sx = p0.x - p1.x + p2.x - p3.x;
  const sy = p0.y - p1.y + p2.y - p3.y;
  const determinant = dx1 * dy2 - dx2 * dy1;
  if (Math.abs(determinant) < 1e-9) return null;
  const g = (sx * dy2 - dx2 * sy) / determinant;
  const h = (dx1 * sy - sx * dy1) / determinant;
  return [
    (p1.x - p0.x + g * p1.x) / width,
    (p3.x - p0.x + h * p3.x) / height,
    p0.x,
    (p1.y - p0.y + g * p1.y) / width,
    (p3.y - p0.y + h * p3.y) / height,
    p0.y,
    g / width,
    h / height,
    1,
  ];
}

/** The point's image under the homography. */
export function transformed(
  [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0]: Homography,
  { x, y }: Point,
): Point {
  const w = g * x + h * y + 1;
  return { x: (a * x + b * y + c) / w, y: (d * x + e * y + f) / w };
}

/** Mean length of the upper and lower side, in pixels. */
export function widthOf([lt, rt, rb, lb]: Quad): number {
  return (Math.hypot(rt.x - lt.x, rt.y - lt.y) + Math.hypot(rb.x - lb.x, rb.y - lb.y)) / 2;
}

function areaOf({ left, top, right, bottom }: BoundingBox): number {
  return (right - left) * (bottom - top);
}
