/** Draws outlines, each with a line of text, into a photo. */
import sharp from "sharp";
import { decodeUpright } from "./pixels.decoder.js";
import { glyphText } from "./glyph.text.js";
import { GLYPH_UNITS_PER_EM } from "./plate.glyphs.js";
import type { Photo } from "./photo.js";

export interface Annotation {
  /** Pixels of the upright photo. */
  outline: readonly { x: number; y: number }[];
  text: string;
}

const OUTLINE_COLOR = "#ff2d55";

/** The upright photo as JPEG, each outline drawn in and its text above it (below, where there is no room above). */
export async function annotated(photo: Photo, annotations: readonly Annotation[]): Promise<Buffer> {
  const { data, width, height } = await decodeUpright(photo);
  const drawing = Buffer.from(svgOf(width, height, annotations));
  return sharp(data, { raw: { width, height, channels: 3 } })
    .composite([{ input: drawing, left: 0, top: 0 }])
    .jpeg({ quality: 90 })
    .toBuffer();
}

function svgOf(width: number, height: number, annotations: readonly Annotation[]): string {
  const stroke = Math.max(1, Math.round(Math.max(width, height) / 500));
  const shapes = annotations.map(({ outline, text }) => {
    const fontSize = Math.max(12, Math.round(Math.max(width, height) / 40));
    const top = Math.min(...outline.map(({ y }) => y)) - 2 * stroke;
    const bottom = Math.max(...outline.map(({ y }) => y)) + fontSize + stroke;
    const x = Math.max(0, Math.min(...outline.map((point) => point.x)));
    const y = top > fontSize ? top : Math.min(bottom, height - 2);
    const points = outline.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(" ");
    return `<polygon points="${points}" fill="none" stroke="${OUTLINE_COLOR}" stroke-width="${stroke}"/>
      <g fill="${OUTLINE_COLOR}" stroke="white" stroke-width="${GLYPH_UNITS_PER_EM / 6}" paint-order="stroke">${glyphText(text, x, y, fontSize)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes.join("")}</svg>`;
}
