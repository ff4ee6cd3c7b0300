/** `plategraph COMMAND`: the table of commands. Each command is a module of its own that runs when it is loaded. */
import { readFileSync } from "node:fs";
import { onLostReader } from "./commands/lost.reader.js";

interface Command {
  summary: string;
  run: () => Promise<unknown>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  start: { summary: "the server", run: () => import("./main.js") },
  migrate: {
    summary: "brings the database up to date, says where it is, goes back by one",
    run: () => import("./commands/migrate.js"),
  },
  seed: { summary: "fills the database with readings for trials", run: () => import("./commands/seed.js") },
  recognize: { summary: "reads the plates in photos, without a server", run: () => import("./commands/recognize.js") },
  keys: { summary: "makes, lists, revokes and rotates API keys", run: () => import("./commands/keys.js") },
  backup: { summary: "writes the database to one file, while servers run", run: () => import("./commands/backup.js") },
  restore: { summary: "loads a backup", run: () => import("./commands/restore.js") },
  doctor: {
    summary: "checks this machine and the settings, and says what to do",
    run: () => import("./commands/doctor.js"),
  },
};

const USAGE = `Usage: plategraph COMMAND [ARGUMENTS]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join("\n")}

Settings are environment variables, or stand in a file .env in the current folder.
plategraph --version says which version this is.`;

const name = process.argv[2];
const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;

// A command that runs adds what it does then.
if (command === undefined) onLostReader((status) => process.exit(status));
if (name === "--help" || name === "-h" || name === "help") process.stdout.write(`${USAGE}\n`);
else if (name === "--version" || name === "-v") process.stdout.write(`${version()}\n`);
else if (command === undefined) {
  const problem = name === undefined ? "No command was given." : `There is no command ${JSON.stringify(name)}.`;
  process.stderr.write(`${problem}\n\n${USAGE}\n`);
  process.exitCode = 2;
} else {
  // The command reads its own arguments from the third on, as it does when its file is run by itself.
  process.argv.splice(2, 1);
  await command.run();
}

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
