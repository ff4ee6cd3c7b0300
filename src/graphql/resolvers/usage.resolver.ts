/** A partner's usage in a range of time. */
import { Arg, Ctx, Field, Int, ObjectType, Query, Resolver } from "type-graphql";
import type { Usage } from "../../statistics/usage.repository.js";
import type { GraphQLContext } from "../context.js";
import { DateTimeRangeInput } from "../inputs.js";

@ObjectType("Usage", { simpleResolvers: true, description: "A partner's usage in a range of time." })
export class UsageType implements Usage {
  @Field(() => Int, { description: "Requests in which at least one plate was read." })
  recognitions!: number;

  @Field(() => Int, { description: "Requests whose photo shows no plate." })
  noPlate!: number;

  @Field(() => Int, { description: "Requests that failed." })
  failed!: number;

  @Field(() => Int, { description: "Calls that were answered with an earlier answer." })
  reused!: number;

  @Field(() => Int, {
    description:
      "Calls to the vendor, including those that failed or whose outcome is unknown: each may have been billed.",
  })
  juheCalls!: number;

  @Field(() => Int, {
    description: "Requests that the local engine processed, including those that the vendor answered.",
  })
  localCalls!: number;
}

@Resolver()
export class UsageResolver {
  @Query(() => UsageType, {
    description: "This partner's usage, by the time at which photos arrived and calls were made.",
  })
  async usage(
    @Arg("range", () => DateTimeRangeInput, { description: "The range; without an end it is open." })
    { gte, lt }: DateTimeRangeInput,
    @Ctx() { principal, reads: { usage } }: GraphQLContext,
  ): Promise<Usage> {
    return usage.usage(principal, { gte: gte ?? null, lt: lt ?? null });
  }
}
