/**
 * Names for prepared statements. PostgreSQL keeps a statement and its plan under its name for as long as the connection lives, some 40 KB each, so
 * the names are few: a text gets one when it comes a second time, and loses it when others are used more recently.
 */

/** A server's own queries need some thirty; the rest is for callers' filters. */
const MAX_TEXTS = 128;
const MAX_CHARACTERS = 256 * 1024;

export class StatementNames {
  /** Least recently used first; null for a text that came once. */
  private readonly names = new Map<string, string | null>();
  private characters = 0;
  private made = 0;

  constructor(
    private readonly maxTexts = MAX_TEXTS,
    private readonly maxCharacters = MAX_CHARACTERS,
  ) {}

  /** Undefined for a text that runs without a name. A name is never given twice. */
  nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known === undefined) this.characters += text.length;
    else this.names.delete(text);
    const name = known === undefined ? null : (known ?? `s${(this.made += 1)}`);
    this.names.set(text, name);
    this.forgetOldest();
    return name ?? undefined;
  }

  private forgetOldest(): void {
    for (const text of this.names.keys()) {
      if (this.names.size <= this.maxTexts && this.characters <= this.maxCharacters) return;
      this.names.delete(text);
      this.characters -= text.length;
    }
  }
}
