/** Cuts the account's key out of whatever is kept or passed on, however it is written. */

/** Stands where the key stood. */
const REPLACEMENT = "[key]";

/** Deeper than any answer of the vendor's; a hostile one could otherwise exhaust the stack, ours or the database's. */
const MAX_DEPTH = 50;

/**
 * Replaces the key wherever it stands in a value: as it is, URL-, form- or base64-encoded, in whatever case. A text that holds it in another disguise
 * (its characters percent-encoded or full-width, or with dots, spaces or invisible characters between them) is replaced as a whole.
 */
export class KeyRedaction {
  readonly #pattern: RegExp;
  readonly #bareKey: string;

  /** @throws TypeError for an empty key, which would stand everywhere. */
  constructor(key: string) {
    if (key === "") throw new TypeError("the vendor's key is empty");
    const base64 = Buffer.from(key).toString("base64").replace(/=+$/u, "");
    const form = new URLSearchParams([["", key]]).toString().slice(1);
    const spellings = new Set([key, encodeURIComponent(key), form, base64]);
    // Without regard to case, because %2b and %2B are the same.
    this.#pattern = new RegExp([...spellings].map(escapePattern).join("|"), "giu");
    this.#bareKey = bare(key);
  }

  /**
   * The text without the key. Also without what PostgreSQL can't keep in JSON: NUL characters and halves of surrogate
   * pairs, which only a broken answer holds.
   */
  text(text: string): string {
    const storable = Buffer.from(text, "utf8").toString("utf8").replaceAll("\0", "\uFFFD");
    const cut = storable.replace(this.#pattern, REPLACEMENT);
    return this.#isDisguisedIn(cut) ? REPLACEMENT : cut;
  }

  /** Whether the text holds the key, or held it before it was redacted. */
  isIn(text: string): boolean {
    return text.toLowerCase().includes(REPLACEMENT) || this.text(text) !== text;
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

  #isDisguisedIn(text: string): boolean {
    if (this.#bareKey === "") return false;
    return [text, percentDecoded(text)].some((spelling) => bare(spelling).includes(this.#bareKey));
  }

  /** A new error that says the same; neither stack nor nested causes come along, for they may quote the key. */
  error(error: unknown): Error {
    if (!(error instanceof Error)) return new Error(this.text(String(error)));
    const code = "code" in error && typeof error.code === "string" ? ` (${error.code})` : "";
    return new Error(this.text(`${error.name}: ${error.message}${code}`));
  }
}

/** Whatever is neither letter nor digit is taken out; what looks the same becomes the same. */
function bare(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/gu, "\\$&");
}
