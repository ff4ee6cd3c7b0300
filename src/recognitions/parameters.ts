/** The values of one statement, collected while its text is written. */
export class Parameters {
  readonly values: unknown[] = [];

  /** Adds the value and gives its place, such as `$3`. */
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}
