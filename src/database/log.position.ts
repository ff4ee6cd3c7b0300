/** Positions of PostgreSQL's write-ahead log: as bytes since its beginning, and as PostgreSQL writes them (`16/B374D848`). */

/** Exact below 8 PiB. */
export type LogPosition = number;

const TEXT = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/;
const HIGH_UNIT = 2 ** 32;

/** Null for a text that is no position. */
export function parseLogPosition(text: string): LogPosition | null {
  const [, high, low] = TEXT.exec(text) ?? [];
  if (high === undefined || low === undefined) return null;
  return Number.parseInt(high, 16) * HIGH_UNIT + Number.parseInt(low, 16);
}

export function formatLogPosition(position: LogPosition): string {
  const part = (value: number): string => value.toString(16).toUpperCase();
  return `${part(Math.floor(position / HIGH_UNIT))}/${part(position % HIGH_UNIT)}`;
}
