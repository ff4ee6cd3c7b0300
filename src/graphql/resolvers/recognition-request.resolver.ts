/** Recognition requests by id and by filter, and a request's readings. */
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from "type-graphql";
import type { PlateRecognitionRow, RecognitionRequestRow } from "../../recognitions/store/recognition.rows.js";
import { REQUEST_LIST, type RequestOrder } from "../../recognitions/store/request.order.js";
import type { GraphQLContext } from "../context.js";
import { RecognitionRequestOrderEnum } from "../enums.js";
import { checkedRequestFilter, RecognitionRequestFilterInput } from "../inputs.js";
import { pageRequestOf, PagingArgs } from "../paging.js";
import { connectionOf, RecognitionRequestConnectionType, type RequestConnection } from "../types/connection.type.js";
import { parsePublicIdOf } from "../../recognitions/public-id.js";
import { PlateRecognitionType } from "../types/plate-recognition.type.js";
import { RecognitionRequestType } from "../types/recognition-request.type.js";

@Resolver(() => RecognitionRequestType)
export class RecognitionRequestResolver {
  @Query(() => RecognitionRequestType, {
    nullable: true,
    description: "A recognition request by its id; null when it does not exist.",
  })
  async recognitionRequest(
    @Arg("id", () => ID, { description: "The id of a RecognitionRequest." }) id: string,
    @Ctx() { loaders }: GraphQLContext,
  ): Promise<RecognitionRequestRow | null> {
    return loaders.request.load(parsePublicIdOf("RecognitionRequest", id));
  }

  @Query(() => RecognitionRequestConnectionType, {
    description: "Recognition requests by status, engine, error, reference, camera, image and time, in pages.",
  })
  async recognitionRequests(
    @Arg("filter", () => RecognitionRequestFilterInput, {
      nullable: true,
      description: "Which recognition requests; without it, all of them.",
    })
    filter: RecognitionRequestFilterInput | null,
    @Arg("orderBy", () => RecognitionRequestOrderEnum, {
      nullable: true,
      defaultValue: "CREATED_AT_DESC",
      description: "The order.",
    })
    orderBy: RequestOrder | null,
    @Args(() => PagingArgs) paging: PagingArgs,
    @Ctx() { principal, reads: { requests } }: GraphQLContext,
  ): Promise<RequestConnection> {
    const checked = checkedRequestFilter(filter);
    const page = pageRequestOf(paging, REQUEST_LIST, orderBy ?? "CREATED_AT_DESC");
    const found = await requests.findPage(principal, checked, page);
    return connectionOf(found, REQUEST_LIST, page.order, () => requests.count(principal, checked));
  }

  @FieldResolver(() => [PlateRecognitionType], {
    description: "Every plate read in the photo, highest confidence first.",
  })
  async recognitions(
    @Root() row: RecognitionRequestRow,
    @Ctx() { loaders }: GraphQLContext,
  ): Promise<readonly PlateRecognitionRow[]> {
    return row.recognitions ?? loaders.recognitionsOfRequest.load(row.key);
  }
}
