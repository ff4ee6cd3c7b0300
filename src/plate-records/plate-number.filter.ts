/** Conditions on plate numbers, and the SQL that says them of any column that holds normalised numbers. */
import { normalizePlateNumber } from "../plates/plate-number.js";
import type { Parameters } from "../database/parameters.js";

export type Optional<Value> = Value | null | undefined;

export interface PlateNumberFilter {
  eq?: Optional<string>;
  in?: Optional<readonly string[]>;
  startsWith?: Optional<string>;
  contains?: Optional<string>;
  /** `?` is one character, `*` any run of them. */
  matches?: Optional<string>;
}

/** The conditions of `filter` on `column`, which must be text in byte order (COLLATE "C"). */
export function numberConditions(filter: PlateNumberFilter, column: string, parameters: Parameters): string[] {
  const { eq, in: any, startsWith, contains, matches } = filter;
  return [
    ...(present(eq) ? [`${column} = ${parameters.add(normalizePlateNumber(eq))}::text`] : []),
    ...(present(any) ? [`${column} = ANY(${parameters.add(any.map(normalizePlateNumber))}::text[])`] : []),
    ...(present(startsWith) ? startsWithConditions(column, normalizePlateNumber(startsWith), parameters) : []),
    ...(present(contains) ? [likeCondition(column, `%${literal(normalizePlateNumber(contains))}%`, parameters)] : []),
    ...(present(matches) ? matchesConditions(column, normalizePlateNumber(matches), parameters) : []),
  ];
}

/** What stands before the first wildcard is a range besides, for the index that holds whole numbers. */
function matchesConditions(column: string, pattern: string, parameters: Parameters): string[] {
  const prefix = /^[^?*]+/.exec(pattern)?.[0];
  return [
    ...(prefix === undefined ? [] : startsWithConditions(column, prefix, parameters)),
    likeCondition(column, wildcards(pattern), parameters),
  ];
}

/** A range instead of LIKE: an index serves it whatever the value, also in a plan that was made before the value was known. */
export function startsWithConditions(column: string, prefix: string, parameters: Parameters): string[] {
  const end = successor(prefix);
  return [
    `${column} >= ${parameters.add(prefix)}::text`,
    ...(end === null ? [] : [`${column} < ${parameters.add(end)}::text`]),
  ];
}

/** The least text that is greater than every text with this prefix, in the order of code points; null when there is none. */
function successor(prefix: string): string | null {
  const points = [...prefix].map((character) => character.codePointAt(0) ?? 0);
  while (points.length > 0) {
    const last = (points.pop() ?? 0) + 1;
    // Surrogates are no characters.
    if (last <= 0x10ffff) return String.fromCodePoint(...points, last === 0xd800 ? 0xe000 : last);
  }
  return null;
}

/** What the trigram index can look up: it holds nothing shorter than three characters, which a plan made in advance can't know. */
const INDEXED_RUN = /[0-9A-Z]{3}/;

function likeCondition(column: string, pattern: string, parameters: Parameters): string {
  // Joined with nothing, the column is one that no index is on: reading through the plates beats reading through the whole index.
  return `${INDEXED_RUN.test(pattern) ? column : `(${column} || '')`} LIKE ${parameters.add(pattern)}::text`;
}

/** `%`, `_` and `\\` mean themselves in what callers write. */
function literal(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}

function wildcards(pattern: string): string {
  return literal(pattern).replaceAll("?", "_").replaceAll("*", "%");
}

function present<Value>(value: Optional<Value>): value is Value {
  return value !== null && value !== undefined;
}
