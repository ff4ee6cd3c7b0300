/** The mutations that erase readings and requests. */
import { Arg, Ctx, Int, Mutation, Resolver } from "type-graphql";
import { ERASE_WITHIN_MS, type ErasureService } from "../../recognitions/erasure.service.js";
import type { GraphQLContext } from "../context.js";
import {
  checkedFilter,
  checkedRequestFilter,
  PlateRecognitionFilterInput,
  RecognitionRequestFilterInput,
} from "../inputs.js";

const HOW = `At least one condition is needed. A call takes at most ${ERASE_WITHIN_MS / 1000} seconds and returns how many it erased; repeat it until it returns 0. Needs the scope admin.`;

@Resolver()
export class ErasureResolver {
  constructor(private readonly service: ErasureService) {}

  @Mutation(() => Int, {
    description: `Erases readings, their corrections, the plates that have no other reading, and the vendor's answers that contain them. ${HOW}`,
  })
  async deletePlateRecognitions(
    @Arg("filter", () => PlateRecognitionFilterInput, { description: "Which readings." })
    filter: PlateRecognitionFilterInput,
    @Ctx() { principal, exchange }: GraphQLContext,
  ): Promise<number> {
    return this.service.eraseRecognitions(principal, checkedFilter(filter), exchange.signal);
  }

  @Mutation(() => Int, {
    description: `Erases requests with their readings, corrections, hashes and the vendor's answers; they stay counted in \`usage\`. ${HOW}`,
  })
  async deleteRecognitionRequests(
    @Arg("filter", () => RecognitionRequestFilterInput, { description: "Which requests." })
    filter: RecognitionRequestFilterInput,
    @Ctx() { principal, exchange }: GraphQLContext,
  ): Promise<number> {
    return this.service.eraseRequests(principal, checkedRequestFilter(filter), exchange.signal);
  }
}
