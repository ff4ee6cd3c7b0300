/** Readings counted by hour, day, week or month. */
import { Arg, Ctx, Field, Float, Int, ObjectType, Query, Resolver } from "type-graphql";
import { AppError, quoted } from "../../errors.js";
import type { Timestamp } from "../../database/statement.js";
import { MAX_BUCKETS, type RecognitionStats, type StatsInterval } from "../../statistics/recognition.stats.js";
import type { GraphQLContext } from "../context.js";
import { DateTimeScalar } from "../date-time.scalar.js";
import { StatsIntervalEnum } from "../enums.js";
import { checkedFilter, PlateRecognitionFilterInput } from "../inputs.js";

@ObjectType("RecognitionStatsBucket", { simpleResolvers: true, description: "Readings of one interval." })
export class RecognitionStatsBucketType implements RecognitionStats {
  @Field(() => DateTimeScalar, { description: "The start of the interval in the given time zone." })
  start!: Timestamp;

  @Field(() => Int, { description: "The number of readings." })
  count!: number;

  @Field(() => Int, { description: "The number of different plates." })
  distinctPlates!: number;

  @Field(() => Float, { nullable: true, description: "Mean confidence, 0 to 100; null where there is no reading." })
  averageConfidence!: number | null;
}

@Resolver()
export class StatsResolver {
  @Query(() => [RecognitionStatsBucketType], {
    description:
      "Readings by `capturedAt`, counted by hour, day, week or month; intervals without readings are included. From `capturedAt.gte` to `lt` of the " +
      `filter, otherwise from the earliest reading to the latest. At most ${MAX_BUCKETS} buckets: the latest ones, where an end of the range is not given.`,
  })
  async recognitionStats(
    @Arg("filter", () => PlateRecognitionFilterInput, {
      nullable: true,
      description: "Which readings; without it, all of them.",
    })
    filter: PlateRecognitionFilterInput | null,
    @Arg("interval", () => StatsIntervalEnum, { description: "The length of a bucket." }) interval: StatsInterval,
    @Arg("timeZone", () => String, {
      nullable: true,
      defaultValue: "Asia/Shanghai",
      description: "The time zone of the buckets, by its name in the tz database, such as Europe/Berlin.",
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

/** Accepts names only: PostgreSQL reads an offset such as +08:00 with the opposite sign. */
function checkedTimeZone(name: string): string {
  try {
    if (/^[A-Za-z]/.test(name)) return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    // An unknown name: the error below names it.
  }
  throw new AppError("BAD_USER_INPUT", `${quoted(name)} is not a time zone: use a name such as Asia/Shanghai.`);
}
