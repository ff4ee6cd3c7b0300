/** Attempts: one by its id, and its readings. */
import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from "type-graphql";
import type { PlateRecognitionRow, RecognitionRequestRow } from "../../recognitions/store/recognition.rows.js";
import type { GraphQLContext } from "../context.js";
import { parsePublicIdOf } from "../../recognitions/public-id.js";
import { PlateRecognitionType } from "../types/plate-recognition.type.js";
import { RecognitionRequestType } from "../types/recognition-request.type.js";

@Resolver(() => RecognitionRequestType)
export class RecognitionRequestResolver {
  @Query(() => RecognitionRequestType, {
    nullable: true,
    description: "An attempt by its id; null when there is none.",
  })
  async recognitionRequest(
    @Arg("id", () => ID, { description: "The id of a RecognitionRequest." }) id: string,
    @Ctx() { loaders }: GraphQLContext,
  ): Promise<RecognitionRequestRow | null> {
    return loaders.request.load(parsePublicIdOf("RecognitionRequest", id));
  }

  @FieldResolver(() => [PlateRecognitionType], { description: "Every plate read in the photo, best first." })
  async recognitions(
    @Root() row: RecognitionRequestRow,
    @Ctx() { loaders }: GraphQLContext,
  ): Promise<PlateRecognitionRow[]> {
    return loaders.recognitionsOfRequest.load(row.key);
  }
}
