/** Readings counted by hour, day, week or month of a time zone: one row for each bucket, empty ones too. */
import type { Principal } from "../accounts/principal.js";
import { utc } from "../database/selection.js";
import { number, timestamp, type Statement, type Timestamp } from "../database/statement.js";
import { Parameters } from "../database/parameters.js";
import { conditionsOf, type RecognitionFilter } from "../recognitions/store/recognition.filter.js";

export const STATS_INTERVALS = ["HOUR", "DAY", "WEEK", "MONTH"] as const;
export type StatsInterval = (typeof STATS_INTERVALS)[number];

export interface StatsRequest {
  interval: StatsInterval;
  /** A name of the tz database, such as Asia/Shanghai. */
  timeZone: string;
}

export interface RecognitionStats {
  /** When the bucket begins, by the clocks of the time zone. Weeks begin on Monday. */
  start: Timestamp;
  count: number;
  distinctPlates: number;
  /** 0 to 100; 0 for an empty bucket. */
  averageConfidence: number;
}

/** More than a year of hours. */
export const MAX_BUCKETS = 10_000;

/**
 * From the bucket of `filter.capturedAt.gte` (else of the earliest reading) to that of the last moment before `lt` (else of the latest reading);
 * one bucket more than are allowed, so that the caller notices. Hours are counted in elapsed time, the rest by the calendar, so that a day on
 * which clocks change has 23 or 25 hours.
 */
export function statsStatement(
  principal: Principal,
  filter: RecognitionFilter,
  { interval, timeZone }: StatsRequest,
): Statement<RecognitionStats> {
  const parameters = new Parameters();
  const conditions = [`p.partner_id = ${parameters.add(principal.partnerId)}`, ...conditionsOf(filter, parameters)];
  const unit = interval.toLowerCase();
  const zone = `${parameters.add(timeZone)}::text`;
  const from = `${parameters.add(filter.capturedAt?.gte ?? null)}::timestamptz`;
  const before = `${parameters.add(filter.capturedAt?.lt ?? null)}::timestamptz`;
  const bucketOf = (moment: string): string => `date_trunc('${unit}', ${moment}, ${zone})`;
  const series =
    interval === "HOUR"
      ? `SELECT generate_series(range.first, range.last, interval '1 hour') AS start FROM range`
      : `SELECT local AT TIME ZONE ${zone} AS start FROM range, generate_series(range.first AT TIME ZONE ${zone},
          range.last AT TIME ZONE ${zone}, interval '1 ${unit}') AS local`;
  return {
    // Plates are told apart by grouping twice, which PostgreSQL spreads over its workers; count(DISTINCT …) sorts in one.
    text: `WITH per_plate AS MATERIALIZED (
        SELECT ${bucketOf("p.captured_at")} AS start, p.plate_number, count(*) AS times, sum(p.confidence) AS confidence
        FROM plate_recognitions p WHERE ${conditions.join(" AND ")} GROUP BY 1, 2
      ), counted AS MATERIALIZED (
        SELECT start, sum(times)::int AS times, count(*)::int AS plates, (sum(confidence) / sum(times))::float8 AS confidence
        FROM per_plate GROUP BY start
      ), range AS MATERIALIZED (
        SELECT coalesce(${bucketOf(from)}, min(start)) AS first,
          coalesce(${bucketOf(`${before} - interval '1 millisecond'`)}, max(start)) AS last FROM counted
      ), buckets AS (${series} LIMIT ${MAX_BUCKETS + 1})
      SELECT ${utc("b.start")}, coalesce(c.times, 0), coalesce(c.plates, 0), coalesce(c.confidence, 0)
      FROM buckets b LEFT JOIN counted c ON c.start = b.start ORDER BY b.start`,
    values: parameters.values,
    planAnew: true,
    read: ([start, count, distinctPlates, averageConfidence]) => ({
      start: timestamp(start),
      count: number(count),
      distinctPlates: number(distinctPlates),
      averageConfidence: number(averageConfidence),
    }),
  };
}
