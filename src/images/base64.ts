/** Photos that come as text: bare base64 or a `data:` URI, checked before anything is decoded. */
import { AppError } from "../errors.js";
import type { ImageLimits } from "./photo.js";

const DATA_URI = /^data:[^,]{0,256},/i;

/** What a character may be. One pass over a table: a regular expression takes seconds for 10 MB of single spaces. */
const [INVALID, DIGIT, SPACE, PADDING] = [0, 1, 2, 3];
const KIND = new Uint8Array(128).fill(INVALID);
for (const digit of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
  KIND[digit.charCodeAt(0)] = DIGIT;
for (const space of " \t\r\n\f\v") KIND[space.charCodeAt(0)] = SPACE;
KIND["=".charCodeAt(0)] = PADDING;

/**
 * The bytes that the text stands for. White space and the URL-safe alphabet are accepted.
 * @throws AppError IMAGE_TOO_LARGE by the length of the text alone; INVALID_IMAGE when it is empty or not base64.
 */
export function decodeBase64Image(text: string, limits: Pick<ImageLimits, "maxBytes">): Buffer {
  const header = DATA_URI.exec(text.slice(0, 300))?.[0] ?? "";
  if (header !== "" && !/;base64,$/i.test(header))
    throw new AppError("INVALID_IMAGE", "The data: URI does not hold base64.");
  const body = header === "" ? text : text.slice(header.length);
  const digits = countDigits(body);
  if (digits === 0) throw new AppError("INVALID_IMAGE", "The picture is empty.");
  const byteLength = Math.floor((digits * 3) / 4);
  if (byteLength > limits.maxBytes) throw tooManyBytes(limits.maxBytes);
  // Node.js skips white space and takes both alphabets.
  const bytes = Buffer.from(body, "base64");
  if (bytes.length !== byteLength) throw notBase64();
  return bytes;
}

/** Characters that stand for 6 bits each. @throws AppError INVALID_IMAGE */
function countDigits(text: string): number {
  let digits = 0;
  let padding = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? KIND[code] : INVALID;
    if (kind === DIGIT && padding === 0) digits += 1;
    else if (kind === PADDING && padding < 2) padding += 1;
    else if (kind !== SPACE) throw notBase64();
  }
  // A single digit at the end stands for less than a byte.
  if (digits % 4 === 1) throw notBase64();
  return digits;
}

function notBase64(): AppError {
  return new AppError("INVALID_IMAGE", "The picture is not base64.");
}

export function tooManyBytes(maxBytes: number): AppError {
  return new AppError("IMAGE_TOO_LARGE", `The picture is larger than ${maxBytes} bytes.`);
}
