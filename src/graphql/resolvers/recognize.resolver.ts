/** The two mutations that read a photo: as a multipart upload, or as base64 text. */
import { Arg, Ctx, Field, Mutation, ObjectType, Resolver } from "type-graphql";
import { decodeBase64Image } from "../../images/base64.decoder.js";
import type { ImageFile, ImageLimits, ImageSource } from "../../images/photo.js";
import type { RecognizeOptions } from "../../recognitions/request.records.js";
import type { RecognitionService } from "../../recognitions/recognition.service.js";
import type { PlateRecognitionRow, RecognitionRequestRow } from "../../recognitions/store/recognition.rows.js";
import type { GraphQLContext } from "../context.js";
import { UploadScalar, type UploadedFile } from "../upload.scalar.js";
import { RecognizeOptionsInput, recognizeOptionsOf } from "../inputs.js";
import { PlateRecognitionType } from "../types/plate-recognition.type.js";
import { RecognitionRequestType } from "../types/recognition-request.type.js";

@ObjectType("RecognizePayload", { simpleResolvers: true, description: "The outcome of one photo." })
export class RecognizePayloadType {
  @Field(() => RecognitionRequestType, { description: "The recognition request." })
  request!: RecognitionRequestRow;

  @Field(() => [PlateRecognitionType], {
    description: "Every plate read, highest confidence first; empty when the photo shows none.",
  })
  recognitions!: PlateRecognitionRow[];

  @Field(() => Boolean, { description: "Whether this is the answer of an earlier call." })
  reused!: boolean;
}

@Resolver()
export class RecognizeResolver {
  constructor(
    private readonly service: RecognitionService,
    private readonly limits: ImageLimits,
  ) {}

  @Mutation(() => RecognizePayloadType, {
    description:
      "Reads the plates in an uploaded photo (GraphQL multipart request) and stores them. JPEG, PNG, WebP or BMP.",
  })
  async recognizeUpload(
    @Arg("image", () => UploadScalar, { description: "The photo." }) image: UploadedFile,
    @Arg("options", () => RecognizeOptionsInput, { nullable: true, description: "Data about the photo." })
    options: RecognizeOptionsInput | null,
    @Ctx() context: GraphQLContext,
  ): Promise<RecognizePayloadType> {
    return this.recognize(context, image, "UPLOAD", recognizeOptionsOf(options));
  }

  @Mutation(() => RecognizePayloadType, {
    description: "Reads the plates in a photo given as base64 and stores them. JPEG, PNG, WebP or BMP.",
  })
  async recognizeBase64(
    @Arg("image", () => String, { description: "The photo: bare base64, or a `data:` URI." }) image: string,
    @Arg("options", () => RecognizeOptionsInput, { nullable: true, description: "Data about the photo." })
    options: RecognizeOptionsInput | null,
    @Ctx() context: GraphQLContext,
  ): Promise<RecognizePayloadType> {
    const checked = recognizeOptionsOf(options);
    return this.recognize(context, { bytes: await decodeBase64Image(image, this.limits) }, "BASE64", checked);
  }

  private async recognize(
    { principal, exchange }: GraphQLContext,
    file: ImageFile,
    source: ImageSource,
    options: RecognizeOptions,
  ): Promise<RecognizePayloadType> {
    const { request, recognitions, reused } = await this.service.recognize(
      principal,
      file,
      source,
      options,
      exchange.signal,
    );
    // What a caller's own photo shows needs no scope but that for sending it.
    return { request: { ...request, recognitions }, recognitions, reused };
  }
}
