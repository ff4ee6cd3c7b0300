/** Cuts the account's key out of whatever is kept or passed on, however it is written. */

const REPLACEMENT = "[key]";

/** Deeper than any answer of the vendor's; a hostile one could otherwise exhaust the stack, ours or the database's. */
const MAX_DEPTH = 50;

/** Replaces the key, plain, URL-encoded or form-encoded, wherever it stands in a value. */
export class KeyRedaction {
  readonly #pattern: RegExp;

  /** @throws TypeError for an empty key, which would stand everywhere. */
  constructor(key: string) {
    if (key === "") throw new TypeError("the vendor's key is empty");
    const spellings = new Set([key, encodeURIComponent(key), new URLSearchParams([["", key]]).toString().slice(1)]);
    // Without regard to case, because %2b and %2B are the same.
    this.#pattern = new RegExp([...spellings].map(escapePattern).join("|"), "giu");
  }

  /**
   * The text without the key. Also without what PostgreSQL can't keep in JSON: NUL characters and halves of surrogate
   * pairs, which only a broken answer holds.
   */
  text(text: string): string {
    return Buffer.from(text, "utf8").toString("utf8").replaceAll("\0", "\uFFFD").replace(this.#pattern, REPLACEMENT);
  }

  /** The parsed JSON without the key, in names, texts and numbers alike. */
  json(value: unknown, depth = 0): unknown {
    if (typeof value === "string") return this.text(value);
    if (typeof value === "number") return this.text(String(value)) === String(value) ? value : REPLACEMENT;
    if (typeof value === "object" && depth > MAX_DEPTH) return "[nested too deep]";
    if (Array.isArray(value)) return value.map((item) => this.json(item, depth + 1));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [this.text(name), this.json(item, depth + 1)]),
      );
    }
    return value;
  }

  /** A new error that says the same; neither stack nor nested causes come along, for they may quote the key. */
  error(error: unknown): Error {
    if (!(error instanceof Error)) return new Error(this.text(String(error)));
    const code = "code" in error && typeof error.code === "string" ? ` (${error.code})` : "";
    return new Error(this.text(`${error.name}: ${error.message}${code}`));
  }
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/gu, "\\$&");
}
