/** Statistics as the plain side counts them, in zones that have one offset from UTC. */
import type { SeededReading } from "./seeded.rows.js";

export interface StatsArguments {
  interval: "HOUR" | "DAY" | "WEEK" | "MONTH";
  timeZone?: string | null;
}

interface Bucket {
  start: string;
  count: number;
  distinctPlates: number;
  averageConfidence: number | null;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** From UTC, in milliseconds. */
const OFFSETS: Readonly<Record<string, number>> = { "Asia/Shanghai": 8 * HOUR, "Asia/Dubai": 4 * HOUR, UTC: 0 };

/** The buckets of the range, empty ones too; null for a zone that is not known. */
export function plainStats(
  readings: readonly SeededReading[],
  { interval, timeZone }: StatsArguments,
  { gte, lt }: { gte?: string | null; lt?: string | null },
): Bucket[] | null {
  const offset = OFFSETS[timeZone ?? "Asia/Shanghai"];
  if (offset === undefined) return null;
  // Moments are local from here on.
  const startOf = (moment: number): number => truncated(moment, interval);
  const placed = readings.map((reading) => ({ reading, at: startOf(Date.parse(reading.capturedAt) + offset) }));
  const times = placed.map(({ at }) => at);
  const first = gte == null ? Math.min(...times) : startOf(Date.parse(gte) + offset);
  const last = lt == null ? Math.max(...times) : startOf(Date.parse(lt) - 1 + offset);
  const buckets: Bucket[] = [];
  if (!Number.isFinite(first) || !Number.isFinite(last)) return buckets;
  for (let at = first; at <= last; at = next(at, interval)) {
    const inside = placed.filter((each) => each.at === at).map(({ reading }) => reading);
    const confidence = inside.reduce((sum, reading) => sum + reading.confidence, 0);
    buckets.push({
      start: new Date(at - offset).toISOString(),
      count: inside.length,
      distinctPlates: new Set(inside.map(({ plateNumber }) => plateNumber)).size,
      averageConfidence: inside.length === 0 ? null : confidence / inside.length,
    });
  }
  return buckets;
}

function truncated(moment: number, interval: StatsArguments["interval"]): number {
  if (interval === "HOUR") return Math.floor(moment / HOUR) * HOUR;
  const day = Math.floor(moment / DAY);
  if (interval === "DAY") return day * DAY;
  // Day 0 of the epoch is a Thursday; weeks begin on Monday.
  if (interval === "WEEK") return (day - ((day + 3) % 7)) * DAY;
  const date = new Date(moment);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

function next(moment: number, interval: StatsArguments["interval"]): number {
  if (interval === "HOUR") return moment + HOUR;
  if (interval === "DAY") return moment + DAY;
  if (interval === "WEEK") return moment + 7 * DAY;
  const date = new Date(moment);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}
