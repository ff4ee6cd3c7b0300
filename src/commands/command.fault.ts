/** How commands end: one line on standard error and an exit status, never a stack trace. */
import { existsSync } from "node:fs";
import { misspeltSettings, readConfig, type Config } from "../config.js";

/** Status 0 writes to standard output, any other to standard error. */
export function exit(text: string, code: number): never {
  (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  process.exit(code);
}

/** Ends a command with this text, as it stands, and this status. */
export class CommandFault extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** A fault in the arguments. */
export class UsageError extends Error {}

/** Such as `EACCES: permission denied, mkdir '/x'`. Errors that hold several, as of a host with two addresses, give the first. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
}

/** On one line, whatever the message holds. */
export function oneLine(error: unknown): string {
  return reasonOf(error).replace(/\s*\n\s*/g, " ");
}

/** Settings of the file .env in the current folder, where there is one; variables that are set already stay as they are. */
export function loadEnvFileOrExit(): void {
  if (!existsSync(".env")) return;
  try {
    process.loadEnvFile(".env");
  } catch (error) {
    exit(`.env can't be read: ${oneLine(error)}`, 1);
  }
}

/** Faults in the settings are listed, one a line; so are variables that were probably meant as settings. */
export function configOrExit(): Config {
  for (const { name, setting } of misspeltSettings())
    process.stderr.write(`${name} is no setting and is ignored; is ${setting} meant?\n`);
  try {
    return readConfig();
  } catch (error) {
    return exit(reasonOf(error), 1);
  }
}
