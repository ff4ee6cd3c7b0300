/** Text as SVG outlines, which needs no font where it is drawn. */
import { GLYPH_UNITS_PER_EM, PLATE_GLYPHS } from "./plate.glyphs.js";

/** Stands for characters that no plate has. */
const UNKNOWN = "?";

/**
 * The base line begins at `x`, `y`.
 * @param size of an em, in pixels
 */
export function glyphText(text: string, x: number, y: number, size: number): string {
  const scale = size / GLYPH_UNITS_PER_EM;
  let position = 0;
  const paths = [...text].map((character) => {
    const glyph = PLATE_GLYPHS.get(character) ?? PLATE_GLYPHS.get(UNKNOWN);
    if (glyph === undefined) return "";
    const path = `<path transform="translate(${position})" d="${glyph.outline}"/>`;
    position += glyph.width;
    return path;
  });
  return `<g transform="translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${scale.toFixed(4)})">${paths.join("")}</g>`;
}
