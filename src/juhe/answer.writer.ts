/** Writes the vendor's answers, for programs that were written for the vendor: its words, its order of keys and entries. */
import type { ErrorCode } from "../errors.js";
import { DESC } from "./answer.fields.js";
import type { JuheReading } from "./answer.parser.js";
import { codeOfColor, codeOfDirection, codeOfType, nameOfColor } from "./code.tables.js";
import { juheOfErrorCode, juheReason, olderErrorCode, type JuheErrorCode } from "./error.codes.js";

/** One value of a reading; `nID` and `index` are in the vendor's document and always null. */
export interface JuheAnswerEntry {
  desc: string;
  content: string;
  nID: null;
  index: null;
}

/** The vendor's success; `JSON.stringify` keeps the order of the document. */
export interface JuheSuccessBody {
  error_code: 0;
  reason: string;
  result: { orderid: string; res: readonly JuheAnswerEntry[] };
}

/** The vendor's refusal; `resultcode` is the older code where there is one. */
export interface JuheErrorBody {
  resultcode: string;
  reason: string;
  result: null;
  error_code: JuheErrorCode;
}

/** The answer for these readings; several plates repeat from a new 车牌号, none leaves `res` empty. */
export function juheSuccess(orderId: string, readings: readonly JuheReading[]): JuheSuccessBody {
  return { error_code: 0, reason: "操作成功", result: { orderid: orderId, res: readings.flatMap(entriesOf) } };
}

/** The answer for a failure, with the vendor's exact words for the code. */
export function juheError(code: JuheErrorCode): JuheErrorBody {
  return { resultcode: String(olderErrorCode(code)), reason: juheReason(code) ?? "", result: null, error_code: code };
}

/** The answer for a failure of ours, by the contract's code. */
export function juheErrorOf(code: ErrorCode): JuheErrorBody {
  return juheError(juheOfErrorCode(code));
}

function entriesOf(reading: JuheReading): JuheAnswerEntry[] {
  const { boundingBox: box } = reading;
  return [
    entry(DESC.plateNumber, reading.plateNumber),
    entry(DESC.color, nameOfColor(reading.color)),
    entry(DESC.color, codeOfColor(reading.color)),
    entry(DESC.type, codeOfType(reading.type)),
    entry(DESC.confidence, reading.confidence),
    // Absent values stay as empty entries: programs that read by position find the others where they were.
    entry(DESC.brightness, reading.brightness ?? ""),
    entry(DESC.direction, codeOfDirection(reading.direction)),
    entry(DESC.boundingBox, box === null ? "" : [box.left, box.top, box.right, box.bottom].join("_")),
  ];
}

function entry(desc: string, content: string | number): JuheAnswerEntry {
  return { desc, content: String(content), nID: null, index: null };
}
