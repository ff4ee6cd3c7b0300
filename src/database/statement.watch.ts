/** Watches the statements that are sent: how many, which are slow, and, at `debug`, each of them. Their values are seen by nobody. */
import type { Logger } from "../logger.js";
import { NO_SPAN, type Span, type Tracer } from "../tracing/tracer.js";

export interface SentStatement {
  /** SQL; values stand in `$1`-style places. */
  text: string;
  /** Under which PostgreSQL knows the statement (`pg_prepared_statements`); undefined for one that is sent only once in a while. */
  name: string | undefined;
  /** Whether it is planned for any values or for those at hand. */
  plan: "generic" | "custom";
  /** `primary`, `replica1` and so on. */
  server: string;
}

/** Called when a statement is sent; what it returns is called when it is answered or has failed. */
export type StatementObserver = (statement: SentStatement) => (error: Error | null) => void;

export interface StatementWatchOptions {
  logger: Logger;
  tracer: Tracer;
  /** Null for none. */
  slowMs: number | null;
  onSent: () => void;
  onSlow: (server: string) => void;
}

/** Characters of a text that are told. */
const MAX_TEXT = 1_000;

export function watchStatements({ logger, tracer, slowMs, onSent, onSlow }: StatementWatchOptions): StatementObserver {
  const limit = slowMs ?? Infinity;
  const tellsEach = logger.isLevelEnabled("debug");
  return (statement) => {
    onSent();
    const started = performance.now();
    const span = tracer.records ? spanOf(statement, tracer) : NO_SPAN;
    return (error) => {
      if (error !== null) span.fail(error);
      span.end();
      const milliseconds = performance.now() - started;
      if (milliseconds > limit) {
        onSlow(statement.server);
        logger.warn(told(statement, milliseconds, error), "slow statement");
      } else if (tellsEach) logger.debug(told(statement, milliseconds, error), "statement");
    };
  };
}

/** Names of OpenTelemetry's conventions for databases. */
function spanOf({ text, name, plan, server }: SentStatement, tracer: Tracer): Span {
  const summary = summaryOf(text);
  return tracer.start(summary, "client", {
    "db.system.name": "postgresql",
    "db.query.summary": summary,
    "db.query.text": oneLine(text),
    "plategraph.server": server,
    "plategraph.plan": plan,
    ...(name !== undefined && { "plategraph.statement": name }),
  });
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").slice(0, MAX_TEXT);
}

function told({ text, name, plan, server }: SentStatement, milliseconds: number, error: Error | null): object {
  return {
    statement: summaryOf(text),
    ...(name !== undefined && { name }),
    plan,
    server,
    durationMs: Math.round(milliseconds * 100) / 100,
    ...(error !== null && { failed: (error as { code?: string }).code ?? error.name }),
    text: oneLine(text),
  };
}

/** What a statement does and to which table first, such as `SELECT plate_recognitions`. */
export function summaryOf(text: string): string {
  const [, verb = "", table = ""] = WRITES.exec(text) ?? READS.exec(text) ?? /^\s*(\w+)/.exec(text) ?? [];
  return `${verb.split(/\s/, 1)[0]?.toUpperCase() ?? ""} ${table}`.trim();
}

const WRITES = /\b(INSERT\s+INTO|(?<!\b(?:FOR|DO)\s)UPDATE|DELETE\s+FROM)\s+(?:ONLY\s+)?"?([a-z_]\w*)/i;
const READS = /\b(SELECT)\b.*?\bFROM\s+"?([a-z_]\w*)/is;
