/** Conditions on plate numbers, and their SQL for any column of normalised numbers. */
import { normalizePlateNumber, PROVINCES } from "../plates/plate-number.js";
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

export function holdsNumberCondition(filter: Optional<PlateNumberFilter>): filter is PlateNumberFilter {
  return Object.values(filter ?? {}).some((condition) => condition != null);
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

/** The part before the first wildcard becomes a range as well, which the index of whole numbers serves. */
function matchesConditions(column: string, pattern: string, parameters: Parameters): string[] {
  const prefix = /^[^?*]+/.exec(pattern)?.[0];
  return [
    ...(prefix === undefined ? [] : startsWithConditions(column, prefix, parameters)),
    likeCondition(column, wildcards(pattern), parameters),
  ];
}

/** A range instead of LIKE: an index serves it in a plan that is made for any value, too. */
export function startsWithConditions(column: string, prefix: string, parameters: Parameters): string[] {
  const end = successor(prefix);
  return [
    `${column} >= ${parameters.add(prefix)}::text`,
    ...(end === null ? [] : [`${column} < ${parameters.add(end)}::text`]),
  ];
}

/** The least text that is greater than every text with this prefix, in the order of code points; null when there is none. */
export function successor(prefix: string): string | null {
  const points = [...prefix].map((character) => character.codePointAt(0) ?? 0);
  while (points.length > 0) {
    const last = (points.pop() ?? 0) + 1;
    // U+D800 to U+DFFF are not characters.
    if (last <= 0x10ffff) return String.fromCodePoint(...points, last === 0xd800 ? 0xe000 : last);
  }
  return null;
}

/** What numbers that name one of the provinces begin with, as `provinceOf` finds them: the province, or WJ before it. */
export function provincePrefixes(provinces: readonly string[]): string[] {
  const known = [...new Set(provinces)].filter((province) => PROVINCES.some((each) => each === province));
  return known.flatMap((province) => [province, `WJ${province}`]);
}

/** Ranges, so that an index serves them. */
export function provinceCondition(column: string, provinces: readonly string[], parameters: Parameters): string {
  const ranges = provincePrefixes(provinces).map(
    (prefix) => `(${startsWithConditions(column, prefix, parameters).join(" AND ")})`,
  );
  return ranges.length === 0 ? "false" : `(${ranges.join(" OR ")})`;
}

/** What the trigram index can look up: three known characters in a row. A plan that is made for any value does not see how many there are. */
const INDEXED_RUN = /[0-9A-Z]{3}/;

function likeCondition(column: string, pattern: string, parameters: Parameters): string {
  // No index is on an expression: for shorter texts reading all plates is faster than reading the whole trigram index.
  return `${INDEXED_RUN.test(pattern) ? column : `(${column} || '')`} LIKE ${parameters.add(pattern)}::text`;
}

/** Escapes `%`, `_` and `\\`, which stand for themselves in what callers write. */
function literal(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}

function wildcards(pattern: string): string {
  return literal(pattern).replaceAll("?", "_").replaceAll("*", "%");
}

function present<Value>(value: Optional<Value>): value is Value {
  return value !== null && value !== undefined;
}
