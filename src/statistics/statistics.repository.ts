/** Reads of statistics: the owner first. */
import type { Principal } from "../accounts/principal.js";
import type { Reader } from "../database/statement.js";
import type { RecognitionFilter } from "../recognitions/store/recognition.filter.js";
import { statsStatement, type RecognitionStats, type StatsRequest } from "./recognition.stats.js";

export class StatisticsRepository {
  constructor(private readonly database: Reader) {}

  /** One row for each bucket, in the order of time; one more than `MAX_BUCKETS` when the range has more. */
  stats(principal: Principal, filter: RecognitionFilter, request: StatsRequest): Promise<RecognitionStats[]> {
    return this.database.rows(statsStatement(principal, filter, request));
  }
}
