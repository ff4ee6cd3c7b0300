/** Settings of what is told to those who run the server: its log and its traces. */
import { z } from "zod";
import { oneOf, urlOf, wholeNumber, type ValuesOf } from "./setting.values.js";

/** Of OpenTelemetry's samplers those that look at nothing but the trace. */
const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

export interface LogConfig {
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Null for text on a terminal, JSON elsewhere. */
  readonly logFormat: "json" | "text" | null;
  /** Whether each request has its line. */
  readonly logRequests: boolean;
  /** A statement that takes longer is logged; null for none. */
  readonly slowStatementMs: number | null;
  /** Null without a collector: no spans are made then. */
  readonly tracing: TracingConfig | null;
}

export interface TracingConfig {
  /** Where OTLP over HTTP is taken, without `/v1/traces`. */
  endpoint: string;
  /** Headers for the collector, such as its key. */
  headers: Readonly<Record<string, string>>;
  serviceName: string;
  /** Share of the traces that are recorded, 0 to 1. */
  sampled: number;
  /** Whether a trace that a caller began is recorded where the caller says so. */
  followsCaller: boolean;
}

export const LOG_SETTINGS = {
  LOG_LEVEL: oneOf(LOG_LEVELS).default("info"),
  LOG_FORMAT: oneOf(["json", "text"]).optional(),
  LOG_REQUESTS: z.enum(["true", "false"], "must be true or false").default("true"),
  SLOW_STATEMENT_MS: wholeNumber(0, 3_600_000).default(500),
  // Names and meanings of OpenTelemetry's specification.
  OTEL_EXPORTER_OTLP_ENDPOINT: urlOf(["http:", "https:"]).optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .regex(/^[\w-]+=[^,]*(,[\w-]+=[^,]*)*$/, "must be comma-separated headers such as name=value")
    .transform(headersOf)
    .default({}),
  OTEL_SERVICE_NAME: z.string().default("plategraph"),
  OTEL_TRACES_SAMPLER: oneOf(SAMPLERS).default("parentbased_always_on"),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0|1|0?\.\d+|[01]\.0*)$/, "must be a share from 0 to 1, such as 0.1")
    .transform(Number)
    .default(1),
};

export function logConfig(env: ValuesOf<typeof LOG_SETTINGS>): LogConfig {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  return {
    logLevel: env.LOG_LEVEL,
    logFormat: env.LOG_FORMAT ?? null,
    logRequests: env.LOG_REQUESTS === "true",
    slowStatementMs: env.SLOW_STATEMENT_MS === 0 ? null : env.SLOW_STATEMENT_MS,
    tracing:
      endpoint === undefined
        ? null
        : {
            endpoint: endpoint.replace(/\/+$/, ""),
            headers: env.OTEL_EXPORTER_OTLP_HEADERS,
            serviceName: env.OTEL_SERVICE_NAME,
            sampled: shareOf(env.OTEL_TRACES_SAMPLER, env.OTEL_TRACES_SAMPLER_ARG),
            followsCaller: env.OTEL_TRACES_SAMPLER.startsWith("parentbased_"),
          },
  };
}

function shareOf(sampler: (typeof SAMPLERS)[number], share: number): number {
  if (sampler.endsWith("traceidratio")) return share;
  return sampler.endsWith("always_on") ? 1 : 0;
}

/** Values are percent-encoded, as OpenTelemetry's specification has it. */
function headersOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(",").map((header) => {
      const at = header.indexOf("=");
      return [header.slice(0, at).toLowerCase(), decoded(header.slice(at + 1))];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
