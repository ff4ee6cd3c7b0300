/** Our own server, whole, whose lines of requests SIGUSR2 switches off and on again: two servers that are alike differ by more than the lines cost. */
import { startApp } from "../../../dist/src/app.js";
import { readConfig } from "../../../dist/src/config.js";
import { createLineLogger, createLogger } from "../../../dist/src/logger.js";
import { LogOutput } from "../../../dist/src/logger/log.output.js";

const requestLogger = createLineLogger("info", new LogOutput("json").inGroups);
const app = await startApp(readConfig(), { logger: createLogger("warn"), requestLogger });
process.on("SIGUSR2", () => (requestLogger.level = requestLogger.level === "info" ? "silent" : "info"));
process.once("SIGTERM", () => app.stop().then(() => process.exit(0)));
console.log(`listening on ${app.url}`);
