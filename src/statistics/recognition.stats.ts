/** Readings counted by hour, day, week or month of a time zone: one row for each bucket, empty ones too. */
import type { Principal } from "../accounts/principal.js";
import { Parameters } from "../database/parameters.js";
import { utc } from "../database/selection.js";
import { number, numberOrNull, timestamp, type Statement, type Timestamp } from "../database/statement.js";
import { EARLIEST_CAPTURE, latestCapture } from "../recognitions/captured-at.js";
import { selectReadings, type RecognitionFilter } from "../recognitions/store/recognition.filter.js";
import type { RecognitionTables } from "../recognitions/store/recognition.tables.js";

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
  /** 0 to 100; null for an empty bucket. */
  averageConfidence: number | null;
}

/** 416 days of hours. */
export const MAX_BUCKETS = 10_000;

/** Zones change their clocks at whole quarters of an hour, at least since 1990. */
const CLOCK_STEP = "15 minutes";

/**
 * From the bucket of `filter.capturedAt.gte` (else of the earliest reading) to that of the last moment before `lt` (else of the latest reading). With
 * both ends given, one bucket more than `MAX_BUCKETS` tells that there are too many; with an end open, the latest `MAX_BUCKETS`.
 * Days, weeks and months follow the calendar: a day on which clocks change has 23 or 25 hours. An hour is what the clocks show with one offset from
 * UTC: where they go back by half an hour, the hour that they show twice is two buckets.
 */
export function statsStatement(
  tables: RecognitionTables,
  principal: Principal,
  filter: RecognitionFilter,
  { interval, timeZone }: StatsRequest,
): Statement<RecognitionStats> {
  const { p, fromRecognitions } = tables;
  const { gte, lt } = filter.capturedAt ?? {};
  const open = gte == null || lt == null;
  // Stores of version 0.1.0 may hold readings of any year; a single one must not stretch everybody's statistics.
  const capturedAt = { gte: gte ?? EARLIEST_CAPTURE, lt: lt ?? latestCapture(new Date()) };
  const parameters = new Parameters();
  const columns = `${p.capturedAt}, ${p.plateNumber}, ${p.confidence}`;
  const readings = selectReadings(fromRecognitions, columns, principal, { ...filter, capturedAt }, p, parameters);
  const unit = interval.toLowerCase();
  const zone = `${parameters.add(timeZone)}::text`;
  const from = `${parameters.add(gte ?? null)}::timestamptz`;
  const before = `${parameters.add(lt ?? null)}::timestamptz`;
  const bucketOf = (moment: string): string => `date_trunc('${unit}', ${moment}, ${zone})`;
  const series =
    interval === "HOUR"
      ? `SELECT ${bucketOf("moment")} AS bucket, min(moment) AS start FROM range,
          generate_series(range.first, range.last + interval '45 minutes', interval '${CLOCK_STEP}') AS moment
          GROUP BY 1 HAVING ${bucketOf("min(moment)")} >= (SELECT first FROM range) ORDER BY 2 DESC`
      : `SELECT local AT TIME ZONE ${zone} AS bucket, local AT TIME ZONE ${zone} AS start FROM range,
          generate_series(range.last AT TIME ZONE ${zone}, range.first AT TIME ZONE ${zone}, interval '-1 ${unit}') AS local`;
  const latest = `CASE WHEN first IS NOT NULL THEN greatest(first, ${bucketOf(`last - ${MAX_BUCKETS - 1} * interval '1 ${unit}'`)}) END`;
  return {
    // Plates are told apart by grouping twice, which PostgreSQL spreads over its workers; count(DISTINCT …) sorts in one.
    text: `WITH per_plate AS MATERIALIZED (
        SELECT ${bucketOf(p.capturedAt)} AS bucket, ${p.plateNumber} AS plate, count(*) AS times, sum(${p.confidence}) AS confidence
        FROM (${readings}) p GROUP BY 1, 2
      ), counted AS MATERIALIZED (
        SELECT bucket, sum(times)::int AS times, count(*)::int AS plates, (sum(confidence) / sum(times))::float8 AS confidence
        FROM per_plate GROUP BY bucket
      ), ends AS (
        SELECT coalesce(${bucketOf(from)}, min(bucket)) AS first,
          coalesce(${bucketOf(`${before} - interval '1 millisecond'`)}, max(bucket)) AS last FROM counted
      ), range AS MATERIALIZED (
        SELECT ${open ? latest : "first"} AS first, last FROM ends
      ), buckets AS (${series} LIMIT ${open ? MAX_BUCKETS : MAX_BUCKETS + 1})
      SELECT ${utc("b.start")}, coalesce(c.times, 0), coalesce(c.plates, 0), c.confidence
      FROM buckets b LEFT JOIN counted c ON c.bucket = b.bucket ORDER BY b.start`,
    values: parameters.values,
    customPlan: true,
    read: ([start, count, distinctPlates, averageConfidence]) => ({
      start: timestamp(start),
      count: number(count),
      distinctPlates: number(distinctPlates),
      averageConfidence: numberOrNull(averageConfidence),
    }),
  };
}
