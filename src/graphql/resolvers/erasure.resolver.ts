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

const HOW = `At least one condition is needed. A call works for ${ERASE_WITHIN_MS / 1000} seconds at most and gives how many went; call again until it gives 0. Needs the scope admin.`;

@Resolver()
export class ErasureResolver {
  constructor(private readonly service: ErasureService) {}

  @Mutation(() => Int, {
    description: `Erases readings, their corrections, their plates where no other reading has the number, and the vendor's answers that held them. ${HOW}`,
  })
  async deletePlateRecognitions(
    @Arg("filter", () => PlateRecognitionFilterInput, { description: "Which readings." })
    filter: PlateRecognitionFilterInput,
    @Ctx() { principal, exchange }: GraphQLContext,
  ): Promise<number> {
    return this.service.eraseRecognitions(principal, checkedFilter(filter), exchange.signal);
  }

  @Mutation(() => Int, {
    description: `Erases requests with their readings, corrections, hashes and the vendor's answers; counts of them stay in \`usage\`. ${HOW}`,
  })
  async deleteRecognitionRequests(
    @Arg("filter", () => RecognitionRequestFilterInput, { description: "Which requests." })
    filter: RecognitionRequestFilterInput,
    @Ctx() { principal, exchange }: GraphQLContext,
  ): Promise<number> {
    return this.service.eraseRequests(principal, checkedRequestFilter(filter), exchange.signal);
  }
}
