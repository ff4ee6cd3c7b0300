/** What a partner used. */
import { Arg, Ctx, Field, Int, ObjectType, Query, Resolver } from "type-graphql";
import type { Usage } from "../../statistics/usage.repository.js";
import type { GraphQLContext } from "../context.js";
import { DateTimeRangeInput } from "../inputs.js";

@ObjectType("Usage", { simpleResolvers: true, description: "What a partner used in a range of time." })
export class UsageType implements Usage {
  @Field(() => Int, { description: "Requests in which at least one plate was read." })
  recognitions!: number;

  @Field(() => Int, { description: "Requests whose photo shows no plate." })
  noPlate!: number;

  @Field(() => Int, { description: "Requests that failed." })
  failed!: number;

  @Field(() => Int, { description: "Calls that got an earlier answer again." })
  reused!: number;

  @Field(() => Int, {
    description:
      "Calls to the vendor, those that failed or whose outcome is unknown included: each may have been billed.",
  })
  juheCalls!: number;

  @Field(() => Int, {
    description: "Requests that the local engine worked on, also where the vendor's answer was taken.",
  })
  localCalls!: number;
}

@Resolver()
export class UsageResolver {
  @Query(() => UsageType, {
    description: "What this partner used, by when its photos arrived and its calls were made.",
  })
  async usage(
    @Arg("range", () => DateTimeRangeInput, { description: "The range; an end that is not given is open." })
    { gte, lt }: DateTimeRangeInput,
    @Ctx() { principal, reads: { usage } }: GraphQLContext,
  ): Promise<Usage> {
    return usage.usage(principal, { gte: gte ?? null, lt: lt ?? null });
  }
}
