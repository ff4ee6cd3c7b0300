/** Watches the statements that are sent: how many, which are slow, and, at `debug`, each of them. Their values are seen by nobody. */
import type { Logger } from "../logger.js";

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
  /** Null for none. */
  slowMs: number | null;
  onSent: () => void;
  onSlow: (server: string) => void;
}

/** Characters of a text that are logged. */
const MAX_TEXT = 1_000;

export function watchStatements({ logger, slowMs, onSent, onSlow }: StatementWatchOptions): StatementObserver {
  const limit = slowMs ?? Infinity;
  const tellsEach = logger.isLevelEnabled("debug");
  return (statement) => {
    onSent();
    const started = performance.now();
    return (error) => {
      const milliseconds = performance.now() - started;
      if (milliseconds > limit) {
        onSlow(statement.server);
        logger.warn(told(statement, milliseconds, error), "slow statement");
      } else if (tellsEach) logger.debug(told(statement, milliseconds, error), "statement");
    };
  };
}

function told({ text, name, plan, server }: SentStatement, milliseconds: number, error: Error | null): object {
  return {
    statement: summaryOf(text),
    ...(name !== undefined && { name }),
    plan,
    server,
    durationMs: Math.round(milliseconds * 100) / 100,
    ...(error !== null && { failed: (error as { code?: string }).code ?? error.name }),
    text: text.replace(/\s+/g, " ").slice(0, MAX_TEXT),
  };
}

/** What a statement does and to which table first, such as `SELECT plate_recognitions`. */
export function summaryOf(text: string): string {
  const [, verb = "", table = ""] = WRITES.exec(text) ?? READS.exec(text) ?? /^\s*(\w+)/.exec(text) ?? [];
  return `${verb.split(/\s/, 1)[0]?.toUpperCase() ?? ""} ${table}`.trim();
}

const WRITES = /\b(INSERT\s+INTO|(?<!\b(?:FOR|DO)\s)UPDATE|DELETE\s+FROM)\s+(?:ONLY\s+)?"?([a-z_]\w*)/i;
const READS = /\b(SELECT)\b.*?\bFROM\s+"?([a-z_]\w*)/is;
