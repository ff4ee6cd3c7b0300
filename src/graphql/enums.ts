/** The enums of the schema with a description of each value; for the vendor's values the Chinese term and the code. */
import { registerEnumType } from "type-graphql";
import { ERROR_CODES } from "../errors.js";
import { IMAGE_FORMATS, IMAGE_SOURCES } from "../images/photo.js";
import { DIRECTIONS, PLATE_COLORS, PLATE_TYPES } from "../plates/plate.vocabulary.js";
import { PLATE_LIST } from "../plate-records/plate.order.js";
import { RECOGNITION_LIST } from "../recognitions/store/recognition.order.js";
import { REQUEST_LIST } from "../recognitions/store/request.order.js";
import { STATS_INTERVALS } from "../statistics/recognition.stats.js";
import { AUDIT_ACTIONS } from "../accounts/store/audit-entry.entity.js";
import { RECOGNITION_STATUSES } from "../recognitions/store/recognition-request.entity.js";
import { FALLBACK_REASONS } from "../engines/fallback.reason.js";
import { RECOGNITION_ENGINES } from "../engines/engine.js";

/** Registers the values as a GraphQL enum; the compiler checks that each is described. */
function describedEnum<Value extends string>(
  name: string,
  description: string,
  values: readonly Value[],
  descriptions: Record<Value, string>,
): Record<Value, Value> {
  const enumObject = Object.fromEntries(values.map((value) => [value, value])) as Record<Value, Value>;
  const valuesConfig = Object.fromEntries(
    values.map((value) => [value, { description: descriptions[value] }]),
  ) as Record<Value, { description: string }>;
  registerEnumType(enumObject, { name, description, valuesConfig });
  return enumObject;
}

export const PlateColorEnum = describedEnum("PlateColor", "The plate's colour. 车牌颜色.", PLATE_COLORS, {
  UNKNOWN: "未知, colour code 0.",
  BLUE: "蓝, colour code 1.",
  YELLOW: "黄, colour code 2.",
  WHITE: "白, colour code 3.",
  BLACK: "黑, colour code 4.",
  GREEN: "绿, colour code 5. Small new-energy cars, and the old farm and airport plates.",
  YELLOW_GREEN: "黄绿, colour code 6. Large new-energy vehicles.",
});

export const PlateTypeEnum = describedEnum(
  "PlateType",
  "The kind of plate. Juhe 车牌颜色类型, codes 0 to 18 in this order.",
  PLATE_TYPES,
  {
    UNKNOWN: "未知车牌, code 0, and every code outside the table.",
    BLUE: "蓝牌, code 1. Small cars.",
    BLACK: "黑牌, code 2.",
    SINGLE_ROW_YELLOW: "单排黄牌, code 3.",
    DOUBLE_ROW_YELLOW: "双排黄牌（大车尾牌，农用车）, code 4. The rear of large vehicles.",
    POLICE: "警车车牌, code 5.",
    ARMED_POLICE: "武警车牌, code 6.",
    PERSONALIZED: "个性化车牌, code 7.",
    SINGLE_ROW_MILITARY: "单排军车, code 8.",
    DOUBLE_ROW_MILITARY: "双排军车, code 9.",
    EMBASSY: "使馆牌, code 10.",
    HONG_KONG: "香港牌, code 11.",
    TRACTOR: "拖拉机, code 12.",
    MACAU: "澳门牌, code 13.",
    FACTORY: "厂内牌, code 14.",
    CIVIL_AVIATION: "民航牌, code 15.",
    CONSULATE: "领事馆车牌, code 16.",
    NEW_ENERGY_SMALL: "新能源车牌-小型车, code 17.",
    NEW_ENERGY_LARGE: "新能源车牌-大型车, code 18.",
  },
);

export const DirectionEnum = describedEnum(
  "Direction",
  "Which way the plate moves. Juhe 车牌运动方向, codes 0 to 4 in this order.",
  DIRECTIONS,
  {
    UNKNOWN: "未知, code 0. A single photo seldom shows the direction.",
    LEFT: "左, code 1.",
    RIGHT: "右, code 2.",
    UP: "上, code 3.",
    DOWN: "下, code 4.",
  },
);

export const RecognitionEngineEnum = describedEnum(
  "RecognitionEngine",
  "The engine that read the photo.",
  RECOGNITION_ENGINES,
  {
    JUHE: "The vendor's verify_carlicense interface (聚合数据 车牌号OCR识别).",
    LOCAL: "The server's own engine. It needs no key and no network, and costs nothing.",
  },
);

export const RecognitionStatusEnum = describedEnum(
  "RecognitionStatus",
  "The outcome of a recognition request.",
  RECOGNITION_STATUSES,
  {
    SUCCEEDED: "At least one plate was read.",
    NO_PLATE: "The photo was read and shows no plate. An answer, not an error.",
    FAILED: "The photo could not be read; `errorCode` says why.",
  },
);

export const ImageSourceEnum = describedEnum("ImageSource", "How the image was sent.", IMAGE_SOURCES, {
  UPLOAD: "As a file in a multipart form.",
  BASE64: "As base64 text.",
});

export const ImageFormatEnum = describedEnum(
  "ImageFormat",
  "The file format, determined from the content.",
  IMAGE_FORMATS,
  {
    JPEG: "JPEG.",
    PNG: "PNG.",
    WEBP: "WebP.",
    BMP: "Windows bitmap.",
  },
);

export const PlateRecognitionOrderEnum = describedEnum(
  "PlateRecognitionOrder",
  "The order of a list of readings; equal ones are ordered by id.",
  RECOGNITION_LIST.orderNames,
  {
    CAPTURED_AT_DESC: "Latest photo first.",
    CAPTURED_AT_ASC: "Earliest photo first.",
    RECOGNIZED_AT_DESC: "Latest reading first.",
    RECOGNIZED_AT_ASC: "Earliest reading first.",
    CONFIDENCE_DESC: "Highest confidence first.",
    CONFIDENCE_ASC: "Lowest confidence first.",
  },
);

export const RecognitionRequestOrderEnum = describedEnum(
  "RecognitionRequestOrder",
  "The order of a list of recognition requests; equal ones are ordered by id.",
  REQUEST_LIST.orderNames,
  {
    CREATED_AT_DESC: "Latest arrival first.",
    CREATED_AT_ASC: "Earliest arrival first.",
  },
);

export const PlateOrderEnum = describedEnum(
  "PlateOrder",
  "The order of a list of plates; equal ones are ordered by number.",
  PLATE_LIST.orderNames,
  {
    LAST_SEEN_AT_DESC: "Latest photo of the plate, the latest first.",
    LAST_SEEN_AT_ASC: "Latest photo of the plate, the earliest first.",
    FIRST_SEEN_AT_DESC: "Earliest photo of the plate, the latest first.",
    FIRST_SEEN_AT_ASC: "Earliest photo of the plate, the earliest first.",
    SIGHTINGS_DESC: "Seen most often first.",
    SIGHTINGS_ASC: "Seen least often first.",
    NUMBER_ASC: "By number, in the order of code points.",
    NUMBER_DESC: "By number, in the reverse order of code points.",
  },
);

export const FallbackReasonEnum = describedEnum(
  "FallbackReason",
  "Why another engine answered than the first one.",
  FALLBACK_REASONS,
  {
    VENDOR_UNAVAILABLE: "The vendor could not be reached or did not answer completely; the local engine answered.",
    VENDOR_OUT_OF_QUOTA: "The vendor's quota is used up; the local engine answered.",
    VENDOR_READ_NOTHING:
      "The vendor was called because the local reading had a low confidence, and found no plate; the local reading was kept.",
    LOCAL_FAILED: "The local engine failed; the vendor was called.",
    LOCAL_READ_NOTHING: "The local engine found no plate; the vendor was called.",
    LOCAL_UNSURE: "The local reading's confidence was below LOCAL_MIN_CONFIDENCE; the vendor was called.",
    OTHER: "Another reason, given in `fallbackDetail`.",
  },
);

export const ErrorCodeEnum = describedEnum(
  "ErrorCode",
  "Why something failed: the `code` in the `extensions` of errors, and of a FAILED recognition request.",
  ERROR_CODES,
  {
    BAD_REQUEST: "The HTTP request could not be read.",
    BAD_USER_INPUT: "An argument is out of range, or an id, cursor or date is invalid.",
    INVALID_IMAGE: "The image is not base64, is cut off, or does not decode.",
    UNSUPPORTED_IMAGE_TYPE: "The file is not a JPEG, PNG, WebP or BMP.",
    IMAGE_TOO_LARGE: "The image exceeds the limit of bytes or pixels.",
    RECOGNIZER_UNAVAILABLE: "The engine could not be reached, did not answer completely, or is too busy.",
    RECOGNIZER_QUOTA_EXCEEDED: "The vendor's quota is used up.",
    RECOGNIZER_MISCONFIGURED: "The vendor refuses the server's account, or no vendor is configured.",
    UNAUTHENTICATED: "No key was sent, or the key does not exist, is revoked or has expired.",
    FORBIDDEN: "The key lacks the scope that the operation needs.",
    RATE_LIMITED: "The requests of this minute are used up.",
    OPERATION_TOO_LARGE: "The operation has too many bytes or tokens.",
    OPERATION_TOO_DEEP: "The operation nests fields too deeply.",
    OPERATION_TOO_COSTLY: "The operation would cost too much.",
    SERVER_BUSY: "Too many requests are in progress.",
    NOT_FOUND: "A mutation names a record that does not exist.",
    INTERNAL_SERVER_ERROR: "An error of the server; its log has the details.",
  },
);

export const AuditActionEnum = describedEnum("AuditAction", "The action that an audit entry records.", AUDIT_ACTIONS, {
  KEY_CREATED: "A key was created.",
  KEY_REVOKED: "A key was revoked.",
  KEY_ROTATED: "A key was replaced by a new one.",
  RECOGNITION_CORRECTED: "A reading's number was corrected.",
  RECOGNITIONS_ERASED: "Readings were erased.",
  REQUESTS_ERASED:
    "Recognition requests were erased with their readings; with the subject RETENTION_DAYS because of their age.",
  PLATES_SEARCHED: "Plates or readings were searched by plate number; recorded with AUDIT_SEARCHES.",
});

export const StatsIntervalEnum = describedEnum(
  "StatsInterval",
  "The length of a bucket of statistics.",
  STATS_INTERVALS,
  {
    HOUR: "An hour.",
    DAY: "A day, from midnight.",
    WEEK: "A week, from Monday.",
    MONTH: "A month, from the first.",
  },
);
