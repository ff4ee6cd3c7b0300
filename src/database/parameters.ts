/** Collects the values of one statement while its text is written. */
export class Parameters {
  readonly values: unknown[] = [];

  /** Adds the value and gives its place, such as `$3`. */
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/**
 * That `column` holds one of the keys. One key is compared by itself: for a list PostgreSQL expects ten rows and may plan for them.
 */
export function oneOf(column: string, keys: readonly string[], type: "uuid" | "text", parameters: Parameters): string {
  return keys.length === 1
    ? `${column} = ${parameters.add(keys[0])}::${type}`
    : `${column} = ANY(${parameters.add(keys)}::${type}[])`;
}
