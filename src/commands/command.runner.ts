/** What every command does alike: it parses its arguments, tells how it is used, and ends with a status and at most one line on standard error. */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { CommandFault, loadEnvFileOrExit, oneLine, UsageError } from "./command.fault.js";
import { onLostReader } from "./lost.reader.js";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Arguments<Given extends Options> = ReturnType<typeof parseArgs<{ options: Given; allowPositionals: true }>>;

interface Command<Given extends Options> {
  usage: string;
  /** Besides --help. */
  options?: Given;
  allowPositionals?: boolean;
  /** How wrong arguments are told; with the usage and status 2 unless given. */
  refuse?: (problem: string, usage: string) => CommandFault;
  /**
   * For a command that only prints. Others finish their work when their reader leaves: a database would be left half filled, and the embedded
   * PostgreSQL running.
   */
  endsWithReader?: boolean;
  run: (values: Arguments<Given>["values"], positionals: string[]) => Promise<void>;
}

export async function runCommand<Given extends Options>({
  usage,
  options,
  allowPositionals = false,
  refuse = (problem) => new CommandFault(`${problem}\n\n${usage}`, 2),
  endsWithReader = false,
  run,
}: Command<Given>): Promise<void> {
  let lost: Error | null = null;
  onLostReader((status, error) => {
    if (endsWithReader) process.exit(status);
    process.exitCode = status;
    lost = error;
  });
  try {
    const { values, positionals } = parsed();
    if (values.help === true) process.stdout.write(`${usage}\n`);
    else {
      loadEnvFileOrExit();
      await run(values as Arguments<Given>["values"], positionals);
    }
  } catch (error) {
    if (error === lost) return;
    const fault = error instanceof UsageError ? refuse(error.message, usage) : error;
    process.stderr.write(`${fault instanceof CommandFault ? fault.message : oneLine(fault)}\n`);
    process.exitCode = fault instanceof CommandFault ? fault.status : 1;
  }

  function parsed() {
    try {
      return parseArgs({ options: { ...options, help: { type: "boolean" } }, allowPositionals });
    } catch (error) {
      throw new UsageError(oneLine(error), { cause: error });
    }
  }
}
