/** What two engines' attempts at one photo leave behind together. */
import type { ErrorCode } from "../errors.js";
import { EngineError, type EngineTrace } from "./engine.js";

/** The vendor's failures that another engine can make up for; the others are for the operator to hear of. */
const PASSING_FAILURES: ReadonlySet<ErrorCode> = new Set(["RECOGNIZER_UNAVAILABLE", "RECOGNIZER_QUOTA_EXCEEDED"]);

/** Whether the vendor could not be had just now: unavailable or out of quota. */
export function isPassingFailure(error: unknown): error is EngineError {
  return error instanceof EngineError && PASSING_FAILURES.has(error.code);
}

/** The local engine's result with what the vendor said kept beside it, and why the local engine is the one to answer. */
export function withVendorTrace<T extends EngineTrace>(local: T, vendor: EngineTrace, fallbackReason: string): T {
  const { orderId, juheErrorCode, rawAnswer } = vendor;
  return { ...local, orderId, juheErrorCode, rawAnswer, fallbackReason };
}

/** The vendor's failure in a short sentence; its own words may go no further than its error. */
export function failureSentence(error: EngineError): string {
  const code = error.trace.juheErrorCode === null ? "" : ` (${error.trace.juheErrorCode})`;
  return error.code === "RECOGNIZER_QUOTA_EXCEEDED" ? `Juhe is out of quota${code}` : `Juhe is unavailable${code}`;
}
