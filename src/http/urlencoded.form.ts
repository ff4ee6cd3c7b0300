/**
 * `application/x-www-form-urlencoded` bodies, decoded while they arrive: the fields are few, and only their values are held. A `+` stays a `+`, unlike in
 * the standard: base64 whose `+` was not percent-encoded is common, and no field of ours holds spaces.
 */
import type { IncomingMessage } from "node:http";
import { AppError } from "../errors.js";
import { turnFor } from "../loop.turn.js";
import { receiveBody, type BodyLimits } from "./body.receiver.js";

export interface UrlencodedLimits extends BodyLimits {
  /** Bytes that a field may have once it is decoded; a field that is not named is dropped. */
  fields: Readonly<Record<string, number>>;
}

/** Pairs of name and value, those that are dropped included. */
const MAX_PAIRS = 16;
const MAX_NAME_BYTES = 64;

const [AMPERSAND, EQUALS, PERCENT] = [0x26, 0x3d, 0x25];

/** Hexadecimal digits by character code; -1 for any other character. */
const DIGIT = Int8Array.from({ length: 256 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(digit) ? -1 : digit;
});

/**
 * The named fields, each as bytes; where a name comes twice, the first counts.
 * @throws AppError IMAGE_TOO_LARGE for a field that is too long; BAD_USER_INPUT for too many pairs; or as `receiveBody` does
 */
export async function readUrlencoded(
  request: IncomingMessage,
  limits: UrlencodedLimits,
): Promise<ReadonlyMap<string, Buffer>> {
  const decoder = new UrlencodedDecoder(limits.fields);
  await receiveBody(request, limits, (chunk) => decoder.add(chunk));
  await turnFor(decoder.pending);
  return decoder.end();
}

/** States of a percent escape besides its first digit. */
const [NO_ESCAPE, AFTER_PERCENT] = [-2, -1];

class UrlencodedDecoder {
  private readonly values = new Map<string, Buffer>();
  private pairs = 0;
  /** The name of the current pair; null while it still arrives. */
  private name: string | null = null;
  /** The decoded bytes of the current name or value, and how many they are. */
  private parts: Buffer[] = [];
  private length = 0;
  private escape = NO_ESCAPE;

  constructor(private readonly limits: Readonly<Record<string, number>>) {}

  /** Decoded bytes of the current value, which `end` puts together. */
  get pending(): number {
    return this.length;
  }

  add(chunk: Buffer): void {
    const decoded = Buffer.allocUnsafeSlow(chunk.length);
    let start = 0;
    let end = 0;
    for (const byte of chunk) {
      if (this.escape !== NO_ESCAPE) {
        const digit = DIGIT[byte] ?? -1;
        if (digit < 0) throw new AppError("BAD_USER_INPUT", "The form holds a broken percent escape.");
        if (this.escape !== AFTER_PERCENT) decoded[end++] = this.escape * 16 + digit;
        this.escape = this.escape === AFTER_PERCENT ? digit : NO_ESCAPE;
      } else if (byte === PERCENT) {
        this.escape = AFTER_PERCENT;
      } else if (byte === AMPERSAND || (byte === EQUALS && this.name === null)) {
        this.keep(decoded.subarray(start, end));
        start = end;
        if (byte === EQUALS) this.name = this.take().toString("latin1");
        else this.endPair();
      } else {
        decoded[end++] = byte;
      }
    }
    this.keep(decoded.subarray(start, end));
  }

  end(): ReadonlyMap<string, Buffer> {
    this.endPair();
    return this.values;
  }

  private keep(bytes: Buffer): void {
    const limit = this.name === null ? MAX_NAME_BYTES : this.limitOf(this.name);
    // A field that nobody asked for.
    if (limit === undefined || bytes.length === 0) return;
    this.length += bytes.length;
    if (this.length > limit) {
      const what = this.name === null ? "A field's name" : `The field ${this.name}`;
      throw new AppError("IMAGE_TOO_LARGE", `${what} is longer than ${limit} bytes.`);
    }
    this.parts.push(bytes);
  }

  private limitOf(name: string): number | undefined {
    return Object.hasOwn(this.limits, name) ? this.limits[name] : undefined;
  }

  private take(): Buffer {
    const bytes = Buffer.concat(this.parts);
    this.parts = [];
    this.length = 0;
    return bytes;
  }

  private endPair(): void {
    this.pairs += 1;
    if (this.pairs > MAX_PAIRS) throw new AppError("BAD_USER_INPUT", `The form has more than ${MAX_PAIRS} fields.`);
    const bytes = this.take();
    if (this.name !== null && Object.hasOwn(this.limits, this.name) && !this.values.has(this.name)) {
      this.values.set(this.name, bytes);
    }
    this.name = null;
  }
}
