/** The server's log as its lines were written. */
import { setTimeout } from "node:timers/promises";
import type { TestServer } from "./test-server.js";

export interface LogLine {
  level: number;
  msg: string;
  requestId?: string;
  [field: string]: unknown;
}

/** Of a server that logs JSON. */
export function logLines({ output }: Pick<TestServer, "output">): LogLine[] {
  return output()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as LogLine);
}

/** The first line that `find` takes; waits up to 30 s, because lines of requests are written in groups. */
export async function logLine(server: Pick<TestServer, "output">, find: (line: LogLine) => boolean): Promise<LogLine> {
  for (let tries = 0; tries < 600; tries += 1) {
    const line = logLines(server).find(find);
    if (line !== undefined) return line;
    await setTimeout(50);
  }
  throw new Error(`no such line in the log:\n${server.output()}`);
}
