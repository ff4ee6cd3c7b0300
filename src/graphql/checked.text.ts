/** Texts that callers send: refused where the database could not hold them as they are, or where they would cost too much. */
import { AppError } from "../errors.js";

/** Longer than any camera name or reference in use, short enough to keep rows and logs readable. */
const MAX_TEXT = 256;
const MAX_LIST = 1000;

/** Checks every text and list of texts among the input's own properties. */
export function checkTexts(input: object): void {
  for (const [name, value] of Object.entries(input) as [string, unknown][]) {
    if (typeof value === "string") checkedText(name, value);
    if (!Array.isArray(value)) continue;
    if (value.length > MAX_LIST) throw new AppError("BAD_USER_INPUT", `\`${name}\` takes at most ${MAX_LIST} values.`);
    for (const text of value as string[]) checkedText(name, text);
  }
}

/** A surrogate without its other half: UTF-8 holds none, and PostgreSQL would be given U+FFFD for each. */
const HALF_PAIR = /\p{Surrogate}/u;

export function checkedText(name: string, text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  if (text.length > MAX_TEXT)
    throw new AppError("BAD_USER_INPUT", `\`${name}\` is longer than ${MAX_TEXT} characters.`);
  if (HALF_PAIR.test(text))
    throw new AppError("BAD_USER_INPUT", `\`${name}\` contains half of a surrogate pair, which UTF-8 can't hold.`);
  // PostgreSQL's text can't hold U+0000.
  if (text.includes("\0")) throw new AppError("BAD_USER_INPUT", `\`${name}\` contains a NUL character.`);
  return text;
}
