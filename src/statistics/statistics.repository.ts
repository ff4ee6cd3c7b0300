/** Reads of statistics. */
import type { Principal } from "../accounts/principal.js";
import type { Reader } from "../database/statement.js";
import { AppError } from "../errors.js";
import { EARLIEST_CAPTURE } from "../recognitions/captured-at.js";
import type { RecognitionFilter } from "../recognitions/store/recognition.filter.js";
import type { RecognitionTables } from "../recognitions/store/recognition.tables.js";
import { MAX_BUCKETS, statsStatement, type RecognitionStats, type StatsRequest } from "./recognition.stats.js";

export class StatisticsRepository {
  constructor(
    private readonly database: Reader,
    private readonly tables: RecognitionTables,
  ) {}

  /**
   * One row for each bucket, in the order of time.
   * @throws AppError BAD_USER_INPUT for a range of more than `MAX_BUCKETS` buckets, or one that begins before 1990
   */
  async stats(principal: Principal, filter: RecognitionFilter, request: StatsRequest): Promise<RecognitionStats[]> {
    const { gte } = filter.capturedAt ?? {};
    if (gte != null && gte < EARLIEST_CAPTURE) {
      throw new AppError("BAD_USER_INPUT", `\`capturedAt.gte\` must be ${EARLIEST_CAPTURE} or later, and is ${gte}.`);
    }
    const buckets = await this.database.rows(statsStatement(this.tables, principal, filter, request));
    if (buckets.length <= MAX_BUCKETS) return buckets;
    throw new AppError(
      "BAD_USER_INPUT",
      `The range has more than ${MAX_BUCKETS} buckets: narrow \`capturedAt\` or take a longer interval.`,
    );
  }
}
