/** Plates: one by its number, and its history. */
import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import { normalizePlateNumber } from "../../plates/plate-number.js";
import type { RecognitionRepository } from "../../recognitions/recognition.repository.js";
import type { PlateRow } from "../../recognitions/recognition.rows.js";
import type { GraphQLContext } from "../context.js";
import { checkedText } from "../inputs.js";
import { pageRequestOf, PagingArgs } from "../paging.js";
import { PlateRecognitionConnectionType, type RecognitionConnection } from "../types/connection.type.js";
import { PlateType } from "../types/plate.type.js";

@Resolver(() => PlateType)
export class PlateResolver {
  constructor(private readonly repository: RecognitionRepository) {}

  @Query(() => PlateType, { nullable: true, description: "A plate by its number; null when it was never seen." })
  async plate(
    @Arg("number", () => String, { description: "车牌号; case, spaces and separator dots don't count." })
    number: string,
    @Ctx() { loaders }: GraphQLContext,
  ): Promise<PlateRow | null> {
    return loaders.plate.load(normalizePlateNumber(checkedText("number", number) ?? ""));
  }

  @FieldResolver(() => PlateRecognitionConnectionType, { description: "Its readings, latest photo first." })
  async recognitions(
    @Root() plate: PlateRow,
    @Args(() => PagingArgs) paging: PagingArgs,
    @Ctx() { loaders, partnerId }: GraphQLContext,
  ): Promise<RecognitionConnection> {
    const page = pageRequestOf(paging, "CAPTURED_AT_DESC");
    return {
      ...(await loaders.pageOfPlate(plate.number, page)),
      order: page.order,
      count: () => this.repository.count(partnerId, { plateNumber: { eq: plate.number } }),
    };
  }
}
