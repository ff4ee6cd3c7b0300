/** How commands end: one line on standard error and an exit status, never a stack trace. */

import { readConfig, type Config } from "../config.js";

/** Status 0 writes to standard output, any other to standard error. */
export function exit(text: string, code: number): never {
  (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  process.exit(code);
}

/** Such as `EACCES: permission denied, mkdir '/x'`. Errors that hold several, as of a host with two addresses, give the first. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
}

/** On one line, whatever the message holds. */
export function oneLine(error: unknown): string {
  return reasonOf(error).replace(/\s*\n\s*/g, " ");
}

/** Faults in the settings are listed, one a line. */
export function configOrExit(): Config {
  try {
    return readConfig();
  } catch (error) {
    return exit(reasonOf(error), 1);
  }
}
