/** What `recognize` prints of a photo: lines for people, CSV, or JSON. */
import type { ErrorCode } from "../errors.js";
import type { LocatedReading } from "../engines/local/plate.pipeline.js";

export const READING_FORMATS = ["text", "csv", "json"] as const;
export type ReadingFormat = (typeof READING_FORMATS)[number];

export interface Outcome {
  file: string;
  readings: LocatedReading[];
  error: { code: ErrorCode; message: string } | null;
}

const CSV_COLUMNS = "file,plateNumber,color,type,confidence,left,top,right,bottom";
const TEXT_COLUMNS = "FILE: PLATE  COLOR  TYPE  CONFIDENCE  LEFT,TOP RIGHT,BOTTOM";

/** The line over the columns; JSON has none. */
export function headerOf(format: ReadingFormat): string {
  return { text: `${TEXT_COLUMNS}\n`, csv: `${CSV_COLUMNS}\r\n`, json: "" }[format];
}

/** A photo that was read. With CSV, one without a plate has a row with the file alone. */
export function formatted(outcome: Outcome, format: ReadingFormat): string {
  if (format === "json") return `${JSON.stringify(outcome)}\n`;
  return format === "csv" ? asCsv(outcome) : asText(outcome);
}

/** For standard error, in one line. */
export function faultOf({ file, error }: Outcome): string {
  return error === null ? "" : `${onOneLine(file)}: ${error.code}: ${onOneLine(error.message)}\n`;
}

/** Control characters as JSON escapes them: a name with a line break is still one line, and none can move the terminal's cursor. */
function onOneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) =>
    control < " " ? JSON.stringify(control).slice(1, -1) : `\\u00${control.charCodeAt(0).toString(16)}`,
  );
}

function asText({ file, readings }: Outcome): string {
  const name = onOneLine(file);
  if (readings.length === 0) return `${name}: no plate\n`;
  return readings
    .map(({ plateNumber, color, type, confidence, boundingBox: box }) => {
      const corners = box === null ? "" : `${box.left},${box.top} ${box.right},${box.bottom}`;
      return `${name}: ${plateNumber}  ${color}  ${type}  ${confidence}  ${corners}\n`;
    })
    .join("");
}

/** RFC 4180. */
function asCsv({ file, readings }: Outcome): string {
  if (readings.length === 0) return `${row([file, "", "", "", "", "", "", "", ""])}\r\n`;
  return readings
    .map(({ plateNumber, color, type, confidence, boundingBox: box }) => {
      const sides = box === null ? ["", "", "", ""] : [box.left, box.top, box.right, box.bottom];
      return `${row([file, plateNumber, color, type, confidence, ...sides])}\r\n`;
    })
    .join("");
}

function row(values: readonly (string | number)[]): string {
  return values
    .map((value) => (/[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value))
    .join(",");
}
