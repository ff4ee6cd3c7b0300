/** Readings counted over time. */
import { Arg, Ctx, Field, Float, Int, ObjectType, Query, Resolver } from "type-graphql";
import { AppError, quoted } from "../../errors.js";
import type { Timestamp } from "../../database/statement.js";
import { MAX_BUCKETS, type RecognitionStats, type StatsInterval } from "../../statistics/recognition.stats.js";
import type { GraphQLContext } from "../context.js";
import { DateTimeScalar } from "../date-time.scalar.js";
import { StatsIntervalEnum } from "../enums.js";
import { checkedFilter, PlateRecognitionFilterInput } from "../inputs.js";

@ObjectType("RecognitionStatsBucket", { simpleResolvers: true, description: "What was read in one stretch of time." })
export class RecognitionStatsBucketType implements RecognitionStats {
  @Field(() => DateTimeScalar, { description: "When the bucket begins, by the clocks of the time zone." })
  start!: Timestamp;

  @Field(() => Int, { description: "How many readings." })
  count!: number;

  @Field(() => Int, { description: "How many different plates." })
  distinctPlates!: number;

  @Field(() => Float, { nullable: true, description: "Mean confidence, 0 to 100; null where there is no reading." })
  averageConfidence!: number | null;
}

@Resolver()
export class StatsResolver {
  @Query(() => [RecognitionStatsBucketType], {
    description:
      "Readings by `capturedAt`, counted by hour, day, week or month; buckets without any are there too. From `capturedAt.gte` to `lt` of the " +
      `filter, else from the earliest reading to the latest. At most ${MAX_BUCKETS} buckets: the latest, where an end of the range is not given.`,
  })
  async recognitionStats(
    @Arg("filter", () => PlateRecognitionFilterInput, {
      nullable: true,
      description: "Which readings; all of them without it.",
    })
    filter: PlateRecognitionFilterInput | null,
    @Arg("interval", () => StatsIntervalEnum, { description: "How long a bucket is." }) interval: StatsInterval,
    @Arg("timeZone", () => String, {
      nullable: true,
      defaultValue: "Asia/Shanghai",
      description: "The zone whose clocks the buckets follow, by its name in the tz database, such as Europe/Berlin.",
    })
    timeZone: string | null,
    @Ctx() { principal, reads: { statistics }, searches }: GraphQLContext,
  ): Promise<RecognitionStats[]> {
    const request = { interval, timeZone: checkedTimeZone(timeZone ?? "Asia/Shanghai") };
    const checked = checkedFilter(filter);
    if (checked.plateNumber) searches.record(principal, "recognitionStats", checked.plateNumber);
    return statistics.stats(principal, checked, request);
  }
}

/** Names only: PostgreSQL would read an offset such as +08:00 the other way round. */
function checkedTimeZone(name: string): string {
  try {
    if (/^[A-Za-z]/.test(name)) return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    // An unknown name; the error below says so.
  }
  throw new AppError("BAD_USER_INPUT", `${quoted(name)} is not a time zone: use a name such as Asia/Shanghai.`);
}
