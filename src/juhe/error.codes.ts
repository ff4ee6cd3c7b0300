/** The vendor's error codes: its exact words, the older `resultcode`, and the contract's code, in both directions. */
import type { ErrorCode } from "../errors.js";

/** 识别失败: the vendor read no plate, which is an answer and not a fault. */
export const JUHE_NOT_RECOGNIZED = 271103;

interface JuheErrorRow {
  reason: string;
  /** The contract's code; null where the vendor's code is no error here. */
  code: ErrorCode | null;
  /** The older code for the same thing. */
  resultCode?: number;
}

const ROWS = {
  271101: { reason: "网络错误", code: "RECOGNIZER_UNAVAILABLE" },
  // Every call is a POST with a file, so these two codes are a fault of this program.
  271102: { reason: "file参数不可为空", code: "INTERNAL_SERVER_ERROR" },
  271103: { reason: "识别失败", code: null },
  271104: { reason: "只支持POST方法", code: "INTERNAL_SERVER_ERROR" },
  10001: { reason: "错误的请求KEY", code: "RECOGNIZER_MISCONFIGURED", resultCode: 101 },
  10002: { reason: "该KEY无请求权限", code: "RECOGNIZER_MISCONFIGURED", resultCode: 102 },
  10003: { reason: "KEY过期", code: "RECOGNIZER_MISCONFIGURED", resultCode: 103 },
  10004: { reason: "错误的OPENID", code: "RECOGNIZER_MISCONFIGURED", resultCode: 104 },
  10005: { reason: "应用未审核超时，请提交认证", code: "RECOGNIZER_MISCONFIGURED", resultCode: 105 },
  10007: { reason: "未知的请求源", code: "RECOGNIZER_MISCONFIGURED", resultCode: 107 },
  10008: { reason: "被禁止的IP", code: "RECOGNIZER_MISCONFIGURED", resultCode: 108 },
  10009: { reason: "被禁止的KEY", code: "RECOGNIZER_MISCONFIGURED", resultCode: 109 },
  10011: { reason: "当前IP请求超过限制", code: "RECOGNIZER_QUOTA_EXCEEDED", resultCode: 111 },
  10012: { reason: "请求超过次数限制", code: "RECOGNIZER_QUOTA_EXCEEDED", resultCode: 112 },
  10013: { reason: "测试KEY超过请求限制", code: "RECOGNIZER_QUOTA_EXCEEDED", resultCode: 113 },
  10014: { reason: "系统内部异常", code: "RECOGNIZER_UNAVAILABLE", resultCode: 114 },
  10020: { reason: "接口维护", code: "RECOGNIZER_UNAVAILABLE", resultCode: 120 },
  10021: { reason: "接口停用", code: "RECOGNIZER_UNAVAILABLE", resultCode: 121 },
} as const satisfies Record<number, JuheErrorRow>;

/** Every error code that the vendor documents. */
export type JuheErrorCode = keyof typeof ROWS;

const ROW_BY_CODE: ReadonlyMap<number, JuheErrorRow> = new Map(
  Object.entries(ROWS).map(([code, row]): [number, JuheErrorRow] => [Number(code), row]),
);

export const JUHE_ERROR_CODES = Object.keys(ROWS).map(Number) as readonly JuheErrorCode[];

const CODE_BY_RESULT_CODE: ReadonlyMap<number, number> = new Map(
  [...ROW_BY_CODE].flatMap(([code, { resultCode }]) => (resultCode === undefined ? [] : [[resultCode, code] as const])),
);

/** Older interfaces of the vendor's say 200 for success. */
const OLDER_SUCCESS = 200;

/** The current code for an older one: 112 → 10012, 200 → 0; any other stays as it is. */
export function currentErrorCode(code: number): number {
  return code === OLDER_SUCCESS ? 0 : (CODE_BY_RESULT_CODE.get(code) ?? code);
}

/** The older code where there is one, else the code itself. */
export function olderErrorCode(code: JuheErrorCode): number {
  return ROW_BY_CODE.get(code)?.resultCode ?? code;
}

/** The vendor's exact words for a code; null for a code that it does not document. */
export function juheReason(code: number): string | null {
  return ROW_BY_CODE.get(code)?.reason ?? null;
}

/**
 * What a vendor's failure is to our callers. Null for 271103, which means "no plate was read". 10001 to 10009 concern
 * the operator's account, documented or not; any other unknown code counts as the vendor being unavailable.
 */
export function errorCodeOfJuhe(code: number): ErrorCode | null {
  const row = ROW_BY_CODE.get(code);
  if (row !== undefined) return row.code;
  return code >= 10001 && code <= 10009 ? "RECOGNIZER_MISCONFIGURED" : "RECOGNIZER_UNAVAILABLE";
}

/** The vendor's code for one of this server's errors, for programs written for the vendor. */
export function juheOfErrorCode(code: ErrorCode): JuheErrorCode {
  switch (code) {
    case "INVALID_IMAGE":
    case "UNSUPPORTED_IMAGE_TYPE":
    case "IMAGE_TOO_LARGE":
    // A form that is broken or holds two files stays so: 10014 passes by itself, and would be sent again for ever.
    case "BAD_USER_INPUT":
      return 271103;
    case "RECOGNIZER_UNAVAILABLE":
    case "SERVER_BUSY":
      return 271101;
    case "RECOGNIZER_QUOTA_EXCEEDED":
    case "RATE_LIMITED":
      return 10012;
    case "UNAUTHENTICATED":
      return 10001;
    case "FORBIDDEN":
      return 10002;
    case "BAD_REQUEST":
    case "OPERATION_TOO_LARGE":
    case "NOT_FOUND":
    case "RECOGNIZER_MISCONFIGURED":
    case "OPERATION_TOO_DEEP":
    case "OPERATION_TOO_COSTLY":
    case "INTERNAL_SERVER_ERROR":
      return 10014;
  }
}
