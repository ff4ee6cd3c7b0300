/** The DateTime scalar: RFC 3339 text; inside the server always in UTC with milliseconds. */
import { GraphQLScalarType, Kind, print, type ValueNode } from "graphql";
import { quoted } from "../errors.js";
import { badUserInput } from "./graphql.errors.js";

// The day is checked apart: Date turns February 30 into March 2.
const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[Zz]|[+-](\d{2}):(\d{2}))$/;

function parse(value: unknown, node?: ValueNode): string {
  const text = typeof value === "string" ? value : "";
  const date = new Date(text.toUpperCase());
  // The server's own form, which most callers send, needs no further check.
  if (text > "0001" && !Number.isNaN(date.getTime()) && date.toISOString() === text) return text;
  const parts = RFC_3339.exec(text);
  if (
    parts === null ||
    Number.isNaN(date.getTime()) ||
    !isRealDay(parts) ||
    date.getUTCFullYear() < 1 ||
    date.getUTCFullYear() > 9999
  ) {
    throw badUserInput(
      `${described(value)} is not a date and time: write it as 2026-11-23T08:30:00Z or 2026-11-23T16:30:00+08:00.`,
      node,
    );
  }
  return date.toISOString();
}

function described(value: unknown): string {
  return typeof value === "string" ? quoted(value) : `A ${typeof value}`;
}

function isRealDay([, year, month, day]: RegExpExecArray): boolean {
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

export const DateTimeScalar = new GraphQLScalarType<string, string>({
  name: "DateTime",
  description:
    "A moment in time, RFC 3339 with a zone: `2026-11-23T08:30:00Z` or `2026-11-23T16:30:00+08:00`. Answers are in UTC with milliseconds.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339",
  serialize: (value) => (value instanceof Date ? value.toISOString() : String(value)),
  parseValue: (value) => parse(value),
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : print(node), node),
});
