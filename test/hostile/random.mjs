/** Random choices that depend on a seed alone (mulberry32). */
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** From 0 to 1. */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(probability) {
    return this.next() < probability;
  }

  /** A whole number from 0 to `below` - 1. */
  below(below) {
    return Math.floor(this.next() * below);
  }

  pick(values) {
    return values[this.below(values.length)];
  }

  /** Up to `most` times what `make` gives. */
  list(most, make) {
    return Array.from({ length: this.below(most + 1) }, () => make());
  }

  bytes(length) {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }

  text(alphabet, length) {
    return Array.from({ length }, () => alphabet[this.below(alphabet.length)]).join("");
  }
}
