/** The mutation that corrects a reading's number. */
import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import type { CorrectionService } from "../../recognitions/correction.service.js";
import { parsePublicIdOf } from "../../recognitions/public-id.js";
import type { PlateRecognitionRow } from "../../recognitions/store/recognition.rows.js";
import type { GraphQLContext } from "../context.js";
import { checkedText } from "../checked.text.js";
import { PlateRecognitionType } from "../types/plate-recognition.type.js";

@Resolver()
export class CorrectionResolver {
  constructor(private readonly service: CorrectionService) {}

  @Mutation(() => PlateRecognitionType, {
    description:
      "Corrects the number of a reading, and its province with it. The number that the engine read and every correction are kept; searches find the reading by " +
      "both numbers. " +
      "Needs the scope admin.",
  })
  async correctPlateRecognition(
    @Arg("id", () => ID, { description: "The id of a PlateRecognition." }) id: string,
    @Arg("plateNumber", () => String, { description: "车牌号; case, spaces and separator dots don't count." })
    plateNumber: string,
    @Ctx() { principal }: GraphQLContext,
  ): Promise<PlateRecognitionRow> {
    const text = checkedText("plateNumber", plateNumber) ?? "";
    return this.service.correct(principal, parsePublicIdOf("PlateRecognition", id), text);
  }
}
