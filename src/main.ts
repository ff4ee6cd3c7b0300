/** The program: settings, the app, signals. */
import { existsSync } from "node:fs";
import { startApp, type App } from "./app.js";
import { ConfigError, readConfig, type Config } from "./config.js";
import { createLogger } from "./logger.js";

if (existsSync(".env")) process.loadEnvFile(".env");

const config = readConfigOrExit();
const logger = createLogger(config.logLevel);
const started = performance.now();

let app: App | null = null;
let stopping = false as boolean;

/** The first signal lets requests in flight end; a second one does not wait. */
const stop = (signal: NodeJS.Signals): void => {
  if (stopping) process.exit(1);
  stopping = true;
  logger.info(`${signal}: finishing what is in flight`);
  // While it is still starting, the start finishes first and then sees `stopping`.
  if (app !== null) void finish(app);
};

async function finish(running: App): Promise<void> {
  try {
    await running.stop();
    logger.info("stopped");
    process.exit(0);
  } catch (error) {
    logger.fatal({ err: error }, "the stop failed");
    process.exit(1);
  }
}

process.on("SIGINT", stop);
process.on("SIGTERM", stop);

try {
  app = await startApp(config, logger);
  if (stopping) await finish(app);
  else greet(app);
  void app.lost.then((cause) => {
    logger.fatal(`the embedded PostgreSQL ended and can't be started again: ${cause.message}`);
    process.exit(1);
  });
} catch (error) {
  logger.fatal({ err: error }, error instanceof Error ? error.message : "the start failed");
  process.exit(1);
}

function greet({ url, engine, database }: App): void {
  logger.info(`listening on ${url} after ${Math.round(performance.now() - started)} ms`);
  // Plain text, not JSON: the last line is there to be copied.
  process.stdout.write(`
  engine    ${engine}
  database  ${database}
  explore   ${url}/graphql
  try       curl ${url}/graphql -H 'apollo-require-preflight: true' \\
              -F operations='{"query":"mutation($image:Upload!){recognizeUpload(image:$image){recognitions{plateNumber confidence}}}","variables":{"image":null}}' \\
              -F map='{"0":["variables.image"]}' -F 0=@photo.jpg

`);
}

function readConfigOrExit(): Config {
  try {
    return readConfig();
  } catch (error) {
    process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
