/** Determines a file's format from its content; file names and declared types are not used. */
import { fileTypeFromBuffer } from "file-type";
import { AppError } from "../errors.js";
import type { ImageFormat } from "./photo.js";

const FORMAT_OF: ReadonlyMap<string, ImageFormat> = new Map([
  ["image/jpeg", "JPEG"],
  ["image/png", "PNG"],
  ["image/apng", "PNG"],
  ["image/webp", "WEBP"],
  ["image/bmp", "BMP"],
]);

/** SVG is text; its root element stands near the top, after a prologue and comments at most. */
const SVG_HEAD = /<svg[\s>]/i;
const SVG_HEAD_BYTES = 4096;

/** @throws AppError UNSUPPORTED_IMAGE_TYPE for any other kind of file, INVALID_IMAGE where no type is recognised. */
export async function sniffFormat(bytes: Buffer): Promise<ImageFormat> {
  if (bytes.length === 0) throw new AppError("INVALID_IMAGE", "The image is empty.");
  // file-type throws where a detector reads past the end of a short file; such a file has no known type.
  const type = await fileTypeFromBuffer(bytes).catch(() => undefined);
  const format = type && FORMAT_OF.get(type.mime);
  if (format !== undefined) return format;
  if (SVG_HEAD.test(bytes.toString("latin1", 0, SVG_HEAD_BYTES))) throw unsupported("SVG");
  if (type !== undefined && type.mime !== "application/xml") throw unsupported(type.ext.toUpperCase());
  throw new AppError("INVALID_IMAGE", "The file is not an image.");
}

function unsupported(name: string): AppError {
  return new AppError("UNSUPPORTED_IMAGE_TYPE", `${name} files can't be read: send a JPEG, PNG, WebP or BMP.`);
}
