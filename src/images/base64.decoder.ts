/** Decodes images sent as text: bare base64 or a `data:` URI. */
import { AppError } from "../errors.js";
import { loopTurn } from "../loop.turn.js";
import type { ImageLimits } from "./photo.js";

/** White space before it is accepted, as before bare base64: text read from a file may begin with a line break. */
const DATA_URI = /^\s{0,16}data:[^,]{0,256},/i;

/** Kinds of characters. A table is read once per character: a regular expression takes seconds for 10 MB of single spaces. */
const [INVALID, DIGIT, SPACE, PADDING] = [0, 1, 2, 3];
const KIND = new Uint8Array(128).fill(INVALID);
for (const digit of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
  KIND[digit.charCodeAt(0)] = DIGIT;
for (const space of " \t\r\n\f\v") KIND[space.charCodeAt(0)] = SPACE;
KIND["=".charCodeAt(0)] = PADDING;

/** Characters that are decoded in one turn of the event loop: about 5 ms, allocation included. */
const SLICE_CHARACTERS = 512 * 1024;

/**
 * The bytes that the text encodes. White space and the URL-safe alphabet are accepted.
 * @throws AppError IMAGE_TOO_LARGE by the length of the text, before all of it is decoded; INVALID_IMAGE when it is empty or not base64.
 */
export async function decodeBase64Image(text: string, limits: Pick<ImageLimits, "maxBytes">): Promise<Buffer> {
  const header = DATA_URI.exec(text.slice(0, 300))?.[0] ?? "";
  if (header !== "" && !/;base64,$/i.test(header))
    throw new AppError("INVALID_IMAGE", "The data: URI does not hold base64.");
  const bytes = Buffer.allocUnsafeSlow(Math.ceil(((text.length - header.length) * 3) / 4));
  let length = 0;
  let padded = false;
  for (let at = header.length; at < text.length;) {
    if (at > header.length) await loopTurn();
    const slice = sliceAt(text, at, padded);
    at = slice.end;
    padded = slice.padded;
    const expected = Math.floor((slice.digits * 3) / 4);
    if (length + expected > limits.maxBytes) throw tooManyBytes(limits.maxBytes);
    // Node.js skips white space and takes both alphabets.
    if (bytes.write(text.slice(slice.start, slice.end), length, "base64") !== expected) throw notBase64();
    length += expected;
  }
  if (length === 0) throw new AppError("INVALID_IMAGE", "The image is empty.");
  return bytes.subarray(0, length);
}

interface Slice {
  start: number;
  end: number;
  /** Characters of 6 bits each; a multiple of 4 except at the end of the text. */
  digits: number;
  /** Whether padding was seen; only white space may follow it. */
  padded: boolean;
}

/** @throws AppError INVALID_IMAGE */
function sliceAt(text: string, start: number, paddedBefore: boolean): Slice {
  let digits = 0;
  let padding = paddedBefore ? 2 : 0;
  let end = start;
  for (; end < text.length && (end - start < SLICE_CHARACTERS || digits % 4 !== 0); end += 1) {
    const code = text.charCodeAt(end);
    const kind = code < 128 ? KIND[code] : INVALID;
    if (kind === DIGIT && padding === 0) digits += 1;
    else if (kind === PADDING && padding < 2) padding += 1;
    else if (kind !== SPACE) throw notBase64();
  }
  // A single character at the end holds less than a byte.
  if (digits % 4 === 1) throw notBase64();
  return { start, end, digits, padded: padding > 0 };
}

function notBase64(): AppError {
  return new AppError("INVALID_IMAGE", "The image is not base64.");
}

export function tooManyBytes(maxBytes: number): AppError {
  return new AppError("IMAGE_TOO_LARGE", `The image is larger than ${maxBytes} bytes.`);
}
