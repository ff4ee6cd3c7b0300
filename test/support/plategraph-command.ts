/** A command of the built program as its users run it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { CommandRun } from "./keys-command.js";

const run = promisify(execFile);

/**
 * @param command such as `backup`
 * @param settings only these stand in its environment
 */
export async function plategraph(
  command: string,
  settings: Record<string, string>,
  ...args: string[]
): Promise<CommandRun> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...settings };
  try {
    const { stdout, stderr } = await run(process.execPath, [`dist/src/commands/${command}.js`, ...args], { env });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as CommandRun;
  }
}
