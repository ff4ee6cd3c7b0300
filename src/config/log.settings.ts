/** Settings of the log. */
import { z } from "zod";
import { oneOf, wholeNumber, type ValuesOf } from "./setting.values.js";

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

export interface LogConfig {
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Null for text on a terminal, JSON elsewhere. */
  readonly logFormat: "json" | "text" | null;
  /** Whether each request has its line. */
  readonly logRequests: boolean;
  /** A statement that takes longer is logged; null for none. */
  readonly slowStatementMs: number | null;
}

export const LOG_SETTINGS = {
  LOG_LEVEL: oneOf(LOG_LEVELS).default("info"),
  LOG_FORMAT: oneOf(["json", "text"]).optional(),
  LOG_REQUESTS: z.enum(["true", "false"], "must be true or false").default("true"),
  SLOW_STATEMENT_MS: wholeNumber(0, 3_600_000).default(500),
};

export function logConfig(env: ValuesOf<typeof LOG_SETTINGS>): LogConfig {
  return {
    logLevel: env.LOG_LEVEL,
    logFormat: env.LOG_FORMAT ?? null,
    logRequests: env.LOG_REQUESTS === "true",
    slowStatementMs: env.SLOW_STATEMENT_MS === 0 ? null : env.SLOW_STATEMENT_MS,
  };
}
