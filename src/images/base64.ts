/** Pictures that come as text: bare base64 or a `data:` URI, checked before anything is decoded. */
import { AppError } from "../errors.js";
import type { ImageLimits } from "./photo.js";

const DATA_URI = /^data:[^,]{0,256},/i;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * The bytes that the text stands for. White space and the URL-safe alphabet are accepted.
 * @throws AppError IMAGE_TOO_LARGE by the length of the text alone; INVALID_IMAGE when it is empty or not base64.
 */
export function decodeBase64Image(text: string, limits: Pick<ImageLimits, "maxBytes">): Buffer {
  const header = DATA_URI.exec(text)?.[0] ?? "";
  if (header !== "" && !/;base64,$/i.test(header))
    throw new AppError("INVALID_IMAGE", "The data: URI does not hold base64.");
  const body = text.slice(header.length).replace(/\s+/g, "").replaceAll("-", "+").replaceAll("_", "/");
  if (body === "") throw new AppError("INVALID_IMAGE", "The picture is empty.");
  const unpadded = body.replace(/={1,2}$/, "");
  if (Math.floor((unpadded.length * 3) / 4) > limits.maxBytes) throw tooManyBytes(limits.maxBytes);
  // Buffer.from skips what it does not know, so a broken text would come out as a broken picture. One character more than
  // a multiple of four can't be.
  if (!BASE64.test(body) || unpadded.length % 4 === 1)
    throw new AppError("INVALID_IMAGE", "The picture is not base64.");
  return Buffer.from(body, "base64");
}

export function tooManyBytes(maxBytes: number): AppError {
  return new AppError("IMAGE_TOO_LARGE", `The picture is larger than ${maxBytes} bytes.`);
}
