/** What a check of `plategraph doctor` found, and how it is printed. */

/** `warn` is worth knowing and stops nothing; with a `fail` the server does not start or can't do its work. */
export type State = "ok" | "warn" | "fail";

export interface Finding {
  state: State;
  what: string;
  /** One line: what was seen and, unless all is well, what to do. */
  text: string;
}

export const ok = (what: string, text: string): Finding => ({ state: "ok", what, text });
export const warn = (what: string, text: string): Finding => ({ state: "warn", what, text });
export const fail = (what: string, text: string): Finding => ({ state: "fail", what, text });

export function lineOf({ state, what, text }: Finding): string {
  return `${state.padEnd(4)}  ${what.padEnd(8)}  ${oneLine(text)}\n`;
}

/** Messages of libraries may have several lines. An `AggregateError`, as for a host with two addresses, has an empty one. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(reasonOf).join("; ");
  return oneLine(error instanceof Error ? error.message : String(error));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, "; ").trim();
}
