/** The program: settings, the app, signals. */
import { startApp, type App } from "./app.js";
import { exit, loadEnvFileOrExit } from "./commands/command.fault.js";
import { ConfigError, misspeltSettings, readConfig, type Config } from "./config.js";
import { onShellEnd } from "./shell.watch.js";
import { startupMessage } from "./startup.message.js";
import { createLineLogger, createLogger } from "./logger.js";
import { LogOutput } from "./logger/log.output.js";

const USAGE = `Usage: plategraph start

Runs the server until it is told to stop (Ctrl-C, SIGTERM). It takes no arguments: settings are environment variables, such as PORT=5000, or stand in a file .env.`;

const [argument] = process.argv.slice(2);
if (argument === "--help") exit(USAGE, 0);
if (argument !== undefined) exit(`Unexpected argument: ${argument}.\n\n${USAGE}`, 2);
loadEnvFileOrExit();

const config = readConfigOrExit();
const output = new LogOutput(config.logFormat);
const logger = createLogger(config.logLevel, output.atOnce);
const requestLogger =
  config.logRequests && logger.isLevelEnabled("info") ? createLineLogger(config.logLevel, output.inGroups) : null;
for (const { name, setting } of misspeltSettings())
  logger.warn(`${name} is no setting and is ignored; is ${setting} meant?`);
const started = performance.now();

let app: App | null = null;
let stopping = false as boolean;

/** The first signal waits for requests in flight, up to a deadline; a second one does not. Both release everything. */
const hurry = new AbortController();

const stop = (signal: NodeJS.Signals): void => {
  if (stopping) {
    logger.warn(`${signal} again: not waiting for what is in flight`);
    hurry.abort();
    return;
  }
  stopping = true;
  logger.info(`${signal}: finishing what is in flight`);
  // During the start there is no app yet; the start finishes first and then looks at `stopping`.
  if (app !== null) void finish(app);
};

async function finish(running: App): Promise<void> {
  try {
    await running.stop(hurry.signal);
    logger.info("stopped");
    process.exit(hurry.signal.aborted ? 1 : 0);
  } catch (error) {
    logger.fatal({ err: error }, "the stop failed");
    process.exit(1);
  }
}

process.on("SIGINT", stop);
process.on("SIGTERM", stop);
onShellEnd(() => {
  // Ctrl-C reaches the shell and this process.
  if (!stopping) stop("SIGTERM");
});

try {
  app = await startApp(config, { logger, requestLogger });
  if (stopping) await finish(app);
  else announce(app);
  void app.lost.then((cause) => {
    logger.fatal(`the embedded PostgreSQL ended and can't be started again: ${cause.message}`);
    process.exit(1);
  });
} catch (error) {
  if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
  else logger.fatal({ err: error }, error instanceof Error ? error.message : "the start failed");
  process.exit(1);
}

function announce(running: App): void {
  const { listening, warning, text } = startupMessage(running, config);
  logger.info(`${listening} after ${Math.round(performance.now() - started)} ms`);
  if (warning !== null) logger.warn(warning);
  output.flush();
  // Plain text, not JSON: its last line is there to be copied.
  process.stdout.write(text);
}

function readConfigOrExit(): Config {
  try {
    return readConfig();
  } catch (error) {
    process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
