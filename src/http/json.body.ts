/** JSON bodies. Nesting, tokens, escapes and text that is not ASCII are counted while the body arrives: `JSON.parse` of 14 MB of `[` takes seconds. */
import { isAscii, isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { AppError } from "../errors.js";
import { turnFor } from "../loop.turn.js";
import { receiveBody, type BodyLimits } from "./body.receiver.js";

/** Levels of arrays and objects. Variables of this schema need 5. */
const MAX_DEPTH = 64;
/** Brackets, commas and colons outside of strings. 100 ids, the longest list that the schema takes, need some 110. */
const MAX_TOKENS = 20_000;
/** Bytes outside of strings, white space included. */
const MAX_BYTES_OUTSIDE_STRINGS = 1024 * 1024;
/** Backslashes. PHP escapes each `/`, one in 64 characters of base64: some 220,000 for a photo of 10 MB. Parsing them takes 0.1 µs each. */
const MAX_ESCAPES = 500_000;
/** Bytes of characters that are not ASCII. */
const MAX_NON_ASCII_BYTES = 1024 * 1024;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
/** `[` and `{` open a level, `]` and `}` close one. */
const LEVEL_CHANGE = new Int8Array(256);
for (const character of "[{") LEVEL_CHANGE[character.charCodeAt(0)] = 1;
for (const character of "]}") LEVEL_CHANGE[character.charCodeAt(0)] = -1;
const IS_TOKEN = new Uint8Array(256);
for (const character of "[{]},:") IS_TOKEN[character.charCodeAt(0)] = 1;

/** @throws AppError OPERATION_TOO_LARGE, or as `receiveBody` does; BAD_USER_INPUT where the body is not JSON */
export async function readJson(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  const chunks: Buffer[] = [];
  const shape = new JsonShape();
  let length = 0;
  await receiveBody(request, limits, (chunk) => {
    shape.add(chunk);
    chunks.push(chunk);
    length += chunk.length;
  });
  // Putting 14 MB together, decoding and parsing them take some 50 ms each, mostly for fresh memory.
  await turnFor(length);
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  chunks.length = 0;
  await turnFor(length);
  const text = decoded(bytes, "The request body");
  await turnFor(length);
  const value = parsed(text, "The request body");
  await turnFor(length);
  return value;
}

/** JSON text that arrived in another way. @param name what to call it in an error */
export function parseJson(text: string, name: string): unknown {
  new JsonShape().add(Buffer.from(text));
  return parsed(text, name);
}

/** Decoding 14 MB of invalid bytes takes a second; checking them takes a millisecond. */
function decoded(bytes: Buffer, name: string): string {
  if (!isUtf8(bytes)) throw new AppError("BAD_USER_INPUT", `${name} is not UTF-8.`);
  return bytes.toString("utf8");
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new AppError("BAD_USER_INPUT", `${name} is not JSON.`);
  }
}

/** Counts what makes JSON slow to parse; the text itself is not checked. */
export class JsonShape {
  private inString = false;
  /** Whether the number of backslashes at the end of the last chunk was odd. */
  private escaping = false;
  private depth = 0;
  private tokens = 0;
  private bytesOutside = 0;
  private escapes = 0;
  private nonAscii = 0;

  /** @throws AppError OPERATION_TOO_LARGE as soon as a count is over its limit */
  add(chunk: Buffer): void {
    this.countEscapes(chunk);
    if (!isAscii(chunk)) this.countNonAscii(chunk);
    let at = 0;
    while (at < chunk.length) at = this.inString ? this.skipString(chunk, at) : this.countOutside(chunk, at);
  }

  private countEscapes(chunk: Buffer): void {
    for (let at = chunk.indexOf(BACKSLASH); at >= 0; at = chunk.indexOf(BACKSLASH, at + 1)) this.escapes += 1;
    check("escapes", this.escapes, MAX_ESCAPES);
  }

  private countNonAscii(chunk: Buffer): void {
    for (const byte of chunk) if (byte > 127) this.nonAscii += 1;
    check("bytes that are not ASCII", this.nonAscii, MAX_NON_ASCII_BYTES);
  }

  /** @returns where the string ends, or the end of the chunk */
  private skipString(chunk: Buffer, start: number): number {
    for (let from = start; ;) {
      const quote = chunk.indexOf(QUOTE, from);
      const end = quote < 0 ? chunk.length : quote;
      let backslashes = 0;
      while (end - backslashes > start && chunk[end - backslashes - 1] === BACKSLASH) backslashes += 1;
      // Backslashes that reach back to the start of the chunk go on from those at the end of the last one.
      const odd = backslashes % 2 === 1;
      const escaped = start === 0 && backslashes === end ? odd !== this.escaping : odd;
      if (quote < 0) {
        this.escaping = escaped;
        return chunk.length;
      }
      if (!escaped) {
        this.inString = false;
        this.escaping = false;
        return quote + 1;
      }
      from = quote + 1;
    }
  }

  /** @returns where the next string begins, or the end of the chunk */
  private countOutside(chunk: Buffer, start: number): number {
    let at = start;
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (byte === QUOTE) {
        this.inString = true;
        at += 1;
        break;
      }
      this.tokens += IS_TOKEN[byte] ?? 0;
      this.depth += LEVEL_CHANGE[byte] ?? 0;
      if (this.depth > MAX_DEPTH) break;
    }
    this.bytesOutside += at - start;
    check("levels of nesting", this.depth, MAX_DEPTH);
    check("tokens", this.tokens, MAX_TOKENS);
    check("bytes outside of strings", this.bytesOutside, MAX_BYTES_OUTSIDE_STRINGS);
    return at;
  }
}

function check(what: string, count: number, limit: number): void {
  if (count > limit) throw new AppError("OPERATION_TOO_LARGE", `The JSON has more than ${limit} ${what}.`);
}
