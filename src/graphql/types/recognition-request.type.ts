/** The contract of one attempt at reading one photo. */
import { Field, ID, Int, ObjectType } from "type-graphql";
import type { ErrorCode } from "../../errors.js";
import type { ImageFormat, ImageSource } from "../../images/photo.js";
import type { FallbackReason } from "../../engines/fallback.reason.js";
import type { RecognitionEngine } from "../../engines/engine.js";
import type { Timestamp } from "../../database/statement.js";
import type { RecognitionStatus } from "../../recognitions/store/recognition-request.entity.js";
import type { ImageRow, RecognitionRequestRow } from "../../recognitions/store/recognition.rows.js";
import { DateTimeScalar } from "../date-time.scalar.js";
import {
  ErrorCodeEnum,
  FallbackReasonEnum,
  ImageFormatEnum,
  ImageSourceEnum,
  RecognitionEngineEnum,
  RecognitionStatusEnum,
} from "../enums.js";
import { NodeType } from "./node.type.js";

@ObjectType("ImageInfo", {
  simpleResolvers: true,
  description: "What is known of a picture; the picture itself is not kept.",
})
export class ImageInfoType implements ImageRow {
  @Field(() => String, { description: "SHA-256 of the file, lower-case hexadecimal." })
  sha256!: string;

  @Field(() => Int, { description: "The file's size in bytes." })
  byteSize!: number;

  @Field(() => ImageFormatEnum, { description: "The file format, told by the content." })
  format!: ImageFormat;

  @Field(() => Int, { description: "Pixels across, of the grid that the file stores." })
  width!: number;

  @Field(() => Int, { description: "Pixels down, of the grid that the file stores." })
  height!: number;
}

/** Fields that resolve to the row's property of the same name; `computed.fields.ts` resolves the others. */
type RowFields = Omit<RecognitionRequestRow, "key" | "image">;

@ObjectType("RecognitionRequest", {
  simpleResolvers: true,
  implements: NodeType,
  description: "One attempt at reading one photo, successful or not.",
})
export class RecognitionRequestType implements RowFields {
  @Field(() => ID, { description: "Opaque Relay id." })
  id!: string;

  @Field(() => RecognitionStatusEnum, { description: "How the attempt ended." })
  status!: RecognitionStatus;

  @Field(() => RecognitionEngineEnum, { description: "The engine that answered, or failed to." })
  engine!: RecognitionEngine;

  @Field(() => ImageSourceEnum, { description: "How the picture came in." })
  source!: ImageSource;

  @Field(() => String, { nullable: true, description: "Juhe 单号." })
  orderId!: string | null;

  @Field(() => ErrorCodeEnum, {
    nullable: true,
    description: "Why a FAILED attempt failed: the `code` that its caller got.",
  })
  errorCode!: ErrorCode | null;

  @Field(() => FallbackReasonEnum, {
    nullable: true,
    description: "Why another engine answered than the one asked first; null when the first one did.",
  })
  fallbackReason!: FallbackReason | null;

  @Field(() => String, {
    nullable: true,
    description: "The same in a sentence for people, with the vendor's error code or the confidence.",
  })
  fallbackDetail!: string | null;

  @Field(() => String, { nullable: true, description: "The caller's own reference." })
  externalReference!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: "The vendor's error code, where it was asked and did not succeed.",
  })
  juheErrorCode!: number | null;

  @Field(() => ImageInfoType, { description: "The picture." })
  image!: ImageInfoType;

  @Field(() => Int, { description: "Milliseconds that the recognition took." })
  durationMs!: number;

  @Field(() => DateTimeScalar, { description: "When the photo arrived." })
  createdAt!: Timestamp;

  @Field(() => String, { nullable: true, description: "The camera, as the caller named it." })
  cameraId!: string | null;
}
