/** The contract of a recognition request: one photo that was to be read. */
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
  description: "Data of an image. The image itself is not stored.",
})
export class ImageInfoType implements ImageRow {
  @Field(() => String, { description: "SHA-256 of the file, lower-case hexadecimal." })
  sha256!: string;

  @Field(() => Int, { description: "The file's size in bytes." })
  byteSize!: number;

  @Field(() => ImageFormatEnum, { description: "The file format, determined from the content." })
  format!: ImageFormat;

  @Field(() => Int, {
    description: "Pixels of a row, as the file stores them, before its EXIF orientation is applied.",
  })
  width!: number;

  @Field(() => Int, { description: "Number of rows, as the file stores them." })
  height!: number;
}

/** Fields that resolve to the row's property of the same name; `computed.fields.ts` resolves the others. */
type RowFields = Omit<RecognitionRequestRow, "key" | "image">;

@ObjectType("RecognitionRequest", {
  simpleResolvers: true,
  implements: NodeType,
  description: "One photo that was to be read, whether or not that succeeded.",
})
export class RecognitionRequestType implements RowFields {
  @Field(() => ID, { description: "Opaque Relay id." })
  id!: string;

  @Field(() => RecognitionStatusEnum, { description: "The outcome." })
  status!: RecognitionStatus;

  @Field(() => RecognitionEngineEnum, { description: "The engine that answered, or failed." })
  engine!: RecognitionEngine;

  @Field(() => ImageSourceEnum, { description: "How the image was sent." })
  source!: ImageSource;

  @Field(() => String, { nullable: true, description: "Juhe 单号." })
  orderId!: string | null;

  @Field(() => ErrorCodeEnum, {
    nullable: true,
    description: "Why a FAILED request failed: the `code` that its caller received.",
  })
  errorCode!: ErrorCode | null;

  @Field(() => FallbackReasonEnum, {
    nullable: true,
    description: "Why another engine answered than the first one; null when the first one answered.",
  })
  fallbackReason!: FallbackReason | null;

  @Field(() => String, {
    nullable: true,
    description: "The same as a sentence, with the vendor's error code or the confidence.",
  })
  fallbackDetail!: string | null;

  @Field(() => String, { nullable: true, description: "The caller's own reference." })
  externalReference!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: "The vendor's error code, where it was called and refused.",
  })
  juheErrorCode!: number | null;

  @Field(() => ImageInfoType, { description: "The image." })
  image!: ImageInfoType;

  @Field(() => Int, { description: "Duration of the recognition in milliseconds." })
  durationMs!: number;

  @Field(() => DateTimeScalar, { description: "When the photo arrived." })
  createdAt!: Timestamp;

  @Field(() => String, { nullable: true, description: "The camera's name, as the caller gave it." })
  cameraId!: string | null;
}
