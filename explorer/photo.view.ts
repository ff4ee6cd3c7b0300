/** Draws boxes and readings over a photo, and lists the readings. */
import { made } from "./page.elements";
import type { Reading } from "./recognition.request";

const SVG = "http://www.w3.org/2000/svg";

/** Boxes are in pixels of the photo as stored; the style sheet turns the browser's own rotation by EXIF off. */
export function drawReadings(view: HTMLElement, image: HTMLImageElement, readings: readonly Reading[]): void {
  const { naturalWidth: width, naturalHeight: height } = image;
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  // On a screen the photo is about 330 pixels wide; letters are then 15 pixels high.
  const size = Math.max(width / 22, 8);
  for (const { plateNumber, confidence, boundingBox } of readings) {
    if (boundingBox === null) continue;
    const { left, top, right, bottom } = boundingBox;
    drawing.append(
      svg("rect", { x: left, y: top, width: right - left, height: bottom - top, "stroke-width": size / 6 }),
    );
    const text = `${plateNumber} ${confidence}`;
    const x = Math.max(0, Math.min(left, width - text.length * size * 0.68));
    const y = top > size * 1.4 ? top - size * 0.4 : Math.min(bottom + size * 1.1, height - 2);
    const label = svg("text", { x, y, "font-size": size, "stroke-width": size / 5 });
    label.textContent = text;
    drawing.append(label);
  }
  view.replaceChildren(image, drawing);
  view.hidden = false;
}

export function readingsTable(readings: readonly Reading[]): HTMLTableElement {
  const table = made("table");
  const head = table.createTHead().insertRow();
  for (const title of ["Plate", "Colour", "Type", "Confidence"]) {
    const cell = made("th", title);
    cell.scope = "col";
    head.append(cell);
  }
  const body = table.createTBody();
  for (const { plateNumber, color, type, confidence } of readings) {
    const row = body.insertRow();
    for (const text of [plateNumber, color, type, String(confidence)]) row.append(made("td", text));
  }
  return table;
}

function svg(tag: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
