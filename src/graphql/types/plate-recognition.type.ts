/** The contract of one reading. Fields that the stored row does not have are computed in `computed.fields.ts`. */
import { Field, ID, Int, ObjectType } from "type-graphql";
import type { Direction, PlateColor, PlateType as PlateKind } from "../../plates/plate.vocabulary.js";
import type { RecognitionEngine } from "../../engines/engine.js";
import type { Timestamp } from "../../database/statement.js";
import type { BoxRow, PlateRecognitionRow } from "../../recognitions/store/recognition.rows.js";
import { DateTimeScalar } from "../date-time.scalar.js";
import { DirectionEnum, PlateColorEnum, PlateTypeEnum, RecognitionEngineEnum } from "../enums.js";
import { NodeType } from "./node.type.js";
import { PlateCorrectionType } from "./plate-correction.type.js";
import { PlateType } from "./plate.type.js";
import { RecognitionRequestType } from "./recognition-request.type.js";

@ObjectType("BoundingBox", {
  simpleResolvers: true,
  description:
    "The position of the plate in pixels of the image as sent: of the pixels that the file stores, before its EXIF orientation is applied. 车牌位置.",
})
export class BoundingBoxType implements BoxRow {
  @Field(() => Int, { description: "Pixels from the left edge of the image to the left side of the plate." })
  left!: number;

  @Field(() => Int, { description: "Pixels from the top edge of the image to the upper side of the plate." })
  top!: number;

  @Field(() => Int, { description: "Pixels from the left edge of the image to the right side of the plate." })
  right!: number;

  @Field(() => Int, { description: "Pixels from the top edge of the image to the lower side of the plate." })
  bottom!: number;
}

/** Fields that resolve to the row's property of the same name; `computed.fields.ts` resolves the others. */
type RowFields = Omit<PlateRecognitionRow, "key" | "requestKey" | "request" | "boundingBox" | "corrections">;

@ObjectType("PlateRecognition", {
  simpleResolvers: true,
  implements: NodeType,
  description: "One plate read in one photo.",
})
export class PlateRecognitionType implements RowFields {
  @Field(() => ID, { description: "Opaque Relay id." })
  id!: string;

  @Field(() => String, {
    description: "车牌号: upper case, no separators, such as 粤TNT444. After a correction, the corrected number.",
  })
  plateNumber!: string;

  @Field(() => String, {
    nullable: true,
    description: "The province abbreviation, such as 粤; null for plates without one.",
  })
  province!: string | null;

  @Field(() => PlateColorEnum, { description: "车牌颜色." })
  color!: PlateColor;

  @Field(() => PlateTypeEnum, { description: "车牌类型." })
  type!: PlateKind;

  @Field(() => Int, {
    description: "整牌可信度, 0 to 100: the estimated probability in percent that the whole number is right.",
  })
  confidence!: number;

  @Field(() => Int, {
    nullable: true,
    description: "亮度评价, as the engine reports it; the local engine gives the plate's mean luminance, 0 to 255.",
  })
  brightness!: number | null;

  @Field(() => DirectionEnum, { description: "车牌运动方向." })
  direction!: Direction;

  @Field(() => DateTimeScalar, {
    description: "When the photo was taken, as the caller stated it; otherwise when it arrived.",
  })
  capturedAt!: Timestamp;

  @Field(() => DateTimeScalar, { description: "When the plate was read." })
  recognizedAt!: Timestamp;

  @Field(() => String, { nullable: true, description: "The camera's name, as the caller gave it." })
  cameraId!: string | null;

  @Field(() => RecognitionEngineEnum, { description: "The engine that read the plate." })
  engine!: RecognitionEngine;

  @Field(() => BoundingBoxType, {
    nullable: true,
    description: "The position of the plate; null when the engine did not report it.",
  })
  boundingBox!: BoundingBoxType | null;

  @Field(() => RecognitionRequestType, { description: "The recognition request that produced this reading." })
  request!: RecognitionRequestType;

  @Field(() => String, { description: "The number as the engine read it, before any correction." })
  readPlateNumber!: string;

  @Field(() => [PlateCorrectionType], { description: "Every correction of the number, earliest first." })
  corrections!: PlateCorrectionType[];

  @Field(() => PlateType, { description: "The plate with this number and all of its readings." })
  plate!: PlateType;
}
