/** Readings by id and by filter. */
import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, ID, Info, Query, Resolver } from "type-graphql";
import { RECOGNITION_LIST, type RecognitionOrder } from "../../recognitions/store/recognition.order.js";
import type { PlateRecognitionRow } from "../../recognitions/store/recognition.rows.js";
import type { GraphQLContext } from "../context.js";
import { PlateRecognitionOrderEnum } from "../enums.js";
import { checkedFilter, PlateRecognitionFilterInput } from "../inputs.js";
import { parsePublicIdOf } from "../../recognitions/public-id.js";
import { pageRequestOf, PagingArgs } from "../paging.js";
import { IN_CONNECTION, ITSELF, partsOf } from "../selection.js";
import { connectionOf, PlateRecognitionConnectionType, type RecognitionConnection } from "../types/connection.type.js";
import { PlateRecognitionType } from "../types/plate-recognition.type.js";

@Resolver()
export class PlateRecognitionResolver {
  @Query(() => PlateRecognitionType, {
    nullable: true,
    description: "A reading by its id; null when it does not exist.",
  })
  async plateRecognition(
    @Arg("id", () => ID, { description: "The id of a PlateRecognition." }) id: string,
    @Ctx() { loaders }: GraphQLContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PlateRecognitionRow | null> {
    return loaders.recognitionWith(partsOf(info, ITSELF)).load(parsePublicIdOf("PlateRecognition", id));
  }

  @Query(() => PlateRecognitionConnectionType, {
    description: "Readings by plate, time, confidence and other conditions, in pages.",
  })
  async plateRecognitions(
    @Arg("filter", () => PlateRecognitionFilterInput, {
      nullable: true,
      description: "Which readings; without it, all of them.",
    })
    filter: PlateRecognitionFilterInput | null,
    @Arg("orderBy", () => PlateRecognitionOrderEnum, {
      nullable: true,
      defaultValue: "CAPTURED_AT_DESC",
      description: "The order.",
    })
    orderBy: RecognitionOrder | null,
    @Args(() => PagingArgs) paging: PagingArgs,
    @Ctx() { principal, reads: { recognitions }, searches }: GraphQLContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<RecognitionConnection> {
    const checked = checkedFilter(filter);
    if (checked.plateNumber) searches.record(principal, "plateRecognitions", checked.plateNumber);
    const request = pageRequestOf(paging, RECOGNITION_LIST, orderBy ?? "CAPTURED_AT_DESC");
    const page = await recognitions.findPage(principal, checked, { ...request, parts: partsOf(info, IN_CONNECTION) });
    return connectionOf(page, RECOGNITION_LIST, request.order, () => recognitions.count(principal, checked));
  }
}
