/** The program's log: one JSON object a line on standard output, secrets cut out. */
import { pino, type Logger } from "pino";

export type { Logger } from "pino";

export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ["req.headers.authorization", "headers.authorization", "key"],
  });
}
