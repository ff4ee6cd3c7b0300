/** `npm run keys` as its users run it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface CommandRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** @param settings `DATABASE_URL` or `DATA_DIR`: where the keys are kept */
export async function keysCommand(settings: Record<string, string>, ...args: string[]): Promise<CommandRun> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...settings };
  try {
    return { code: 0, ...(await run(process.execPath, ["dist/src/commands/keys.js", ...args], { env })) };
  } catch (error) {
    return error as CommandRun;
  }
}

/** A new key of a partner, with these scopes. */
export async function createKey(
  databaseUrl: string,
  partner: string,
  scopes: string,
  ...more: string[]
): Promise<string> {
  return lastLine(
    await keysCommand({ DATABASE_URL: databaseUrl }, "create", "--partner", partner, "--scopes", scopes, ...more),
  );
}

export function lastLine({ stdout }: CommandRun): string {
  return stdout.trimEnd().split("\n").at(-1) ?? "";
}
