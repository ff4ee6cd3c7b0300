/** Attempts: one by id, its picture's facts and its readings. */
import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from "type-graphql";
import type { PlateRecognitionRow, RecognitionRequestRow } from "../../recognitions/recognition.rows.js";
import type { GraphQLContext } from "../context.js";
import { decodeNodeIdOf, encodeNodeId } from "../node-id.js";
import { PlateRecognitionType } from "../types/plate-recognition.type.js";
import { ImageInfoType, RecognitionRequestType } from "../types/recognition-request.type.js";

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
    return loaders.request.load(decodeNodeIdOf("RecognitionRequest", id));
  }

  @FieldResolver(() => ID)
  id(@Root() row: RecognitionRequestRow): string {
    return encodeNodeId("RecognitionRequest", row.id);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: "The vendor's error code, where it was asked and did not succeed.",
  })
  juheErrorCode(@Root() row: RecognitionRequestRow): number | null {
    // What is wrong with the server's own account at the vendor is the operator's business.
    return row.errorCode === "RECOGNIZER_MISCONFIGURED" ? null : row.juheErrorCode;
  }

  @FieldResolver(() => ImageInfoType, { description: "The picture." })
  image(@Root() row: RecognitionRequestRow): ImageInfoType {
    return {
      sha256: row.imageSha256,
      byteSize: row.imageByteSize,
      format: row.imageFormat,
      width: row.imageWidth,
      height: row.imageHeight,
    };
  }

  @FieldResolver(() => [PlateRecognitionType], { description: "Every plate read in the photo, best first." })
  async recognitions(
    @Root() row: RecognitionRequestRow,
    @Ctx() { loaders }: GraphQLContext,
  ): Promise<PlateRecognitionRow[]> {
    return loaders.recognitionsOfRequest.load(row.id);
  }
}
