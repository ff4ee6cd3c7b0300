/** The input types of the contract. Their values are checked here, before anything else uses them. */
import { Field, InputType, Int } from "type-graphql";
import { AppError, type ErrorCode } from "../errors.js";
import type { Direction, PlateColor, PlateType } from "../plates/plate.vocabulary.js";
import type { PlateNumberFilter } from "../plate-records/plate-number.filter.js";
import type { PlateListFilter } from "../plate-records/plate.list.js";
import type { NumberRange, RecognitionFilter, TimeRange } from "../recognitions/store/recognition.filter.js";
import type { RecognitionStatus } from "../recognitions/store/recognition-request.entity.js";
import type { RequestFilter } from "../recognitions/store/request.filter.js";
import type { Timestamp } from "../database/statement.js";
import { checkedCapturedAt } from "../recognitions/captured-at.js";
import type { RecognizeOptions } from "../recognitions/request.records.js";
import type { RecognitionEngine } from "../engines/engine.js";
import { checkedText, checkTexts } from "./checked.text.js";
import { DateTimeScalar } from "./date-time.scalar.js";
import {
  DirectionEnum,
  ErrorCodeEnum,
  PlateColorEnum,
  PlateTypeEnum,
  RecognitionEngineEnum,
  RecognitionStatusEnum,
} from "./enums.js";

@InputType("PlateNumberFilter", {
  description:
    "Conditions on the plate number; case, spaces and separator dots don't count. A reading whose number was corrected, and its plate, are found by the " +
    "corrected number and by what the engine read, where one of them meets every condition.",
})
export class PlateNumberFilterInput implements PlateNumberFilter {
  @Field(() => String, { nullable: true, description: "Exactly this plate." })
  eq?: string | null;

  @Field(() => [String], { nullable: true, description: "Any of these plates." })
  in?: string[] | null;

  @Field(() => String, { nullable: true, description: "Begins with this." })
  startsWith?: string | null;

  @Field(() => String, { nullable: true, description: "Contains this. `%`, `_` and `\\` have no special meaning." })
  contains?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The whole number matches this pattern: `?` is any one character, `*` any number of characters.",
  })
  matches?: string | null;
}

@InputType("DateTimeRange", { description: "A half-open range of time." })
export class DateTimeRangeInput implements TimeRange {
  @Field(() => DateTimeScalar, { nullable: true, description: "At or after." })
  gte?: Timestamp | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Before." })
  lt?: Timestamp | null;
}

@InputType("IntRange", { description: "A range of whole numbers, both ends included." })
export class IntRangeInput implements NumberRange {
  @Field(() => Int, { nullable: true, description: "At least." })
  gte?: number | null;

  @Field(() => Int, { nullable: true, description: "At most." })
  lte?: number | null;
}

@InputType("PlateRecognitionFilter", {
  description: "All given conditions must hold; of a list, one value must match.",
})
export class PlateRecognitionFilterInput implements RecognitionFilter {
  @Field(() => PlateNumberFilterInput, { nullable: true, description: "By plate number." })
  plateNumber?: PlateNumberFilterInput | null;

  @Field(() => DateTimeRangeInput, { nullable: true, description: "By when the photo was taken." })
  capturedAt?: DateTimeRangeInput | null;

  @Field(() => DateTimeRangeInput, { nullable: true, description: "By when the plate was read." })
  recognizedAt?: DateTimeRangeInput | null;

  @Field(() => IntRangeInput, { nullable: true, description: "By 整牌可信度, 0 to 100." })
  confidence?: IntRangeInput | null;

  @Field(() => [PlateColorEnum], { nullable: true, description: "By colour." })
  color?: PlateColor[] | null;

  @Field(() => [PlateTypeEnum], { nullable: true, description: "By kind of plate." })
  type?: PlateType[] | null;

  @Field(() => [DirectionEnum], { nullable: true, description: "By direction." })
  direction?: Direction[] | null;

  @Field(() => [String], { nullable: true, description: "By province abbreviation, such as 粤." })
  province?: string[] | null;

  @Field(() => [String], { nullable: true, description: "By camera." })
  cameraId?: string[] | null;

  @Field(() => [RecognitionEngineEnum], { nullable: true, description: "By engine." })
  engine?: RecognitionEngine[] | null;
}

@InputType("PlateFilter", { description: "All given conditions must hold; of a list, one value must match." })
export class PlateFilterInput implements PlateListFilter {
  @Field(() => PlateNumberFilterInput, { nullable: true, description: "By number." })
  number?: PlateNumberFilterInput | null;

  @Field(() => [String], { nullable: true, description: "By province abbreviation, such as 粤." })
  province?: string[] | null;

  @Field(() => DateTimeRangeInput, { nullable: true, description: "By `capturedAt` of the earliest photo." })
  firstSeenAt?: DateTimeRangeInput | null;

  @Field(() => DateTimeRangeInput, { nullable: true, description: "By `capturedAt` of the latest photo." })
  lastSeenAt?: DateTimeRangeInput | null;

  @Field(() => IntRangeInput, { nullable: true, description: "By how many readings there are." })
  sightings?: IntRangeInput | null;
}

@InputType("RecognitionRequestFilter", {
  description: "All given conditions must hold; of a list, one value must match.",
})
export class RecognitionRequestFilterInput implements RequestFilter {
  @Field(() => [RecognitionStatusEnum], { nullable: true, description: "By outcome." })
  status?: RecognitionStatus[] | null;

  @Field(() => [RecognitionEngineEnum], { nullable: true, description: "By engine." })
  engine?: RecognitionEngine[] | null;

  @Field(() => [ErrorCodeEnum], { nullable: true, description: "By the error of FAILED requests." })
  errorCode?: ErrorCode[] | null;

  @Field(() => String, { nullable: true, description: "By the caller's own reference, exactly as it was given." })
  externalReference?: string | null;

  @Field(() => [String], { nullable: true, description: "By camera, including requests without a reading." })
  cameraId?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "By the SHA-256 of the file: 64 hexadecimal characters, in either case.",
  })
  imageSha256?: string | null;

  @Field(() => DateTimeRangeInput, { nullable: true, description: "By when the photo arrived." })
  createdAt?: DateTimeRangeInput | null;
}

@InputType("RecognizeOptions", { description: "Data about the photo that the caller gives." })
export class RecognizeOptionsInput {
  @Field(() => String, {
    nullable: true,
    description: "The camera that took the photo; 1 to 256 characters, not white space alone.",
  })
  cameraId?: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "When the photo was taken; without it, the time of arrival.",
  })
  capturedAt?: Timestamp | null;

  @Field(() => String, {
    nullable: true,
    description: "The caller's own reference, kept with the request; 1 to 256 characters, not white space alone.",
  })
  externalReference?: string | null;

  @Field(() => RecognitionEngineEnum, {
    nullable: true,
    description: "Overrides the server's RECOGNIZER setting for this call.",
  })
  engine?: RecognitionEngine | null;

  @Field(() => String, {
    nullable: true,
    description:
      "A key of the caller's choice, kept for 24 hours: the same key with the same photo and options returns the first answer (`reused`), also while " +
      "the first call is still running; with another photo or other options the call is refused. 1 to 256 characters, not white space alone.",
  })
  idempotencyKey?: string | null;
}

export function recognizeOptionsOf(input: RecognizeOptionsInput | null | undefined): RecognizeOptions {
  return {
    cameraId: givenText("cameraId", input?.cameraId),
    capturedAt: input?.capturedAt ? checkedCapturedAt(new Date(input.capturedAt)) : null,
    externalReference: givenText("externalReference", input?.externalReference),
    engine: input?.engine ?? null,
    idempotencyKey: givenText("idempotencyKey", input?.idempotencyKey),
    orderId: null,
  };
}

/** Empty or nothing but white space is most likely a form's blank field: stored, it would be a camera or reference that nobody can see. */
function givenText(name: string, text: string | null | undefined): string | null {
  const checked = checkedText(name, text);
  if (checked?.trim() === "") throw new AppError("BAD_USER_INPUT", `\`${name}\` is empty: omit it instead.`);
  return checked;
}

/** Refuses texts and lists that the database can't hold or that would cost too much. */
export function checkedFilter(filter: PlateRecognitionFilterInput | null | undefined): RecognitionFilter {
  if (!filter) return {};
  checkTexts(filter);
  checkTexts(filter.plateNumber ?? {});
  return filter;
}

export function checkedPlateFilter(filter: PlateFilterInput | null | undefined): PlateListFilter {
  if (!filter) return {};
  checkTexts(filter);
  checkTexts(filter.number ?? {});
  return filter;
}

export function checkedRequestFilter(filter: RecognitionRequestFilterInput | null | undefined): RequestFilter {
  if (!filter) return {};
  checkTexts(filter);
  if (filter.imageSha256 != null && !/^[0-9a-f]{64}$/i.test(filter.imageSha256))
    throw new AppError("BAD_USER_INPUT", "`imageSha256` must be 64 hexadecimal characters.");
  return filter;
}
