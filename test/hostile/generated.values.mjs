/** Values that parsers, stores and limits get wrong: numbers, texts, ids, cursors, keys, photos. */

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

export const WHITE_PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=";

const NUMBERS = [0, -0, -1, 1, 100, 101, 2 ** 31 - 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e308, -1e308, 5e-324, 0.1];

const TEXTS = [
  "",
  " ",
  "\0",
  "粤A\u00001",
  "\ud800",
  "\udfff粤",
  "\ufeff",
  "\u202e粤A12345",
  "é".normalize("NFD"),
  "👨‍👩‍👧‍👦",
  "ß",
  "İ",
  "ﬀ",
  "%",
  "_",
  "\\",
  "*",
  "?",
  "*?*?*?*?*?*?*?*?*?*?",
  "'; DROP TABLE plates; --",
  "$1",
  "${7*7}",
  "__proto__",
  "constructor",
  "null",
  "true",
  "NaN",
  "Infinity",
  "-1",
  "0x10",
  "1e999",
  "2026-02-30T00:00:00Z",
  "9999-12-31T23:59:59.999Z",
  "0000-01-01T00:00:00Z",
  "-271821-04-20T00:00:00Z",
  "2026-01-01",
  "Asia/Nowhere",
  "../../etc/passwd",
  "<script>",
  "粤A12345",
  "粤",
  "WJ粤",
];

/** @param known ids, cursors and lookups that the attacker has heard of, its own and another partner's */
export class HostileValues {
  constructor(random, known) {
    this.random = random;
    this.known = known;
  }

  text() {
    const { random } = this;
    if (random.chance(0.6)) return random.pick(TEXTS);
    if (random.chance(0.1)) return random.pick(TEXTS).repeat(random.pick([2, 300, 5000]));
    if (random.chance(0.3)) return random.bytes(random.below(40)).toString("latin1");
    return String.fromCharCode(...Array.from({ length: random.below(12) }, () => random.below(65_536)));
  }

  id() {
    const { random } = this;
    const id = random.pick(this.known.ids);
    if (random.chance(0.6)) return id;
    if (random.chance(0.3)) return this.mutated(id);
    return random.pick(["recognition_", "request_", "plate_", ""]) + this.text();
  }

  cursor() {
    const { random } = this;
    const cursor = random.pick(this.known.cursors);
    if (random.chance(0.5)) return cursor;
    if (random.chance(0.5)) return this.mutated(cursor);
    return Buffer.from(JSON.stringify(this.value(2))).toString("base64url");
  }

  value(depth = 3) {
    const { random } = this;
    const kind = random.below(depth > 0 ? 9 : 6);
    if (kind === 0) return null;
    if (kind === 1) return random.chance(0.5);
    if (kind === 2) return random.pick(NUMBERS);
    if (kind === 3) return this.id();
    if (kind === 4) return this.cursor();
    if (kind === 5) return this.text();
    if (kind === 6) return random.list(4, () => this.value(depth - 1));
    const names = ["eq", "in", "gte", "lt", "lte", "contains", "matches", "startsWith", "plateNumber", "capturedAt"];
    const keys = random.list(4, () => (random.chance(0.7) ? random.pick(names) : this.text()));
    return Object.fromEntries(keys.map((key) => [key, this.value(depth - 1)]));
  }

  /** One character changed, lost, doubled or put in. */
  mutated(text) {
    const { random } = this;
    const at = random.below(text.length + 1);
    const put = random.pick(["", text.slice(at, at + 8), random.pick(LETTERS.split("")), random.pick(TEXTS)]);
    return text.slice(0, at) + put + text.slice(at + random.below(3));
  }

  /** Keys that look right: the prefix, another's lookup, the right length. */
  forgedKey() {
    const { random } = this;
    const lookup = random.chance(0.5) ? random.pick(this.known.lookups) : random.text(LETTERS, 12);
    const key = `plg_${lookup}_${random.text(LETTERS, 40)}`;
    return random.pick([
      key,
      key,
      key.slice(0, random.below(key.length)),
      `${key}A`,
      key.toUpperCase(),
      "plg_",
      "plg__",
    ]);
  }

  /** A photo that decodes, or nearly does. */
  photo() {
    const { random } = this;
    const bytes = Buffer.from(random.pick([WHITE_PIXEL, BMP.toString("base64")]), "base64");
    for (let change = random.below(4); change > 0; change -= 1) bytes[random.below(bytes.length)] = random.below(256);
    if (random.chance(0.2)) return bytes.subarray(0, random.below(bytes.length));
    return random.chance(0.1) ? random.bytes(random.below(2000)) : bytes;
  }
}

/** A bitmap of 2 × 2 pixels. */
const BMP = Buffer.from(
  "Qk1GAAAAAAAAADYAAAAoAAAAAgAAAAIAAAABABgAAAAAABAAAAATCwAAEwsAAAAAAAAAAAAA////////AAD///////8AAA==",
  "base64",
);
