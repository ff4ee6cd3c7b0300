/** The program's log: one line an event on standard output, JSON or, for a terminal, text; secrets and stored values cut out. */
import { pino, type DestinationStream, type Logger } from "pino";
import { loggedError } from "./logger/logged.error.js";

export type { Logger } from "pino";

/** @param stream where the lines go; standard output, each line written before the call returns, unless given */
export function createLogger(level: string, stream: DestinationStream = pino.destination(1)): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: loggedError },
      redact: ["req.headers.authorization", "headers.authorization", "key"],
    },
    stream,
  );
}

/** A log for many lines a second, whose fields are all made by the program: nothing in them is looked for to be cut out. */
export function createLineLogger(level: string, stream: DestinationStream): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
}
