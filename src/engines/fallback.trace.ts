/** The trace of a recognition in which two engines took part. */
import type { ErrorCode } from "../errors.js";
import { FALLBACK_SENTENCES } from "./fallback.reason.js";
import { EngineError, type EngineTrace } from "./engine.js";

/** Failures of the vendor that pass by themselves. The others need the operator and are not covered by another engine. */
const PASSING_FAILURES: ReadonlySet<ErrorCode> = new Set(["RECOGNIZER_UNAVAILABLE", "RECOGNIZER_QUOTA_EXCEEDED"]);

/** Whether the vendor is unavailable or out of quota. */
export function isPassingFailure(error: unknown): error is EngineError {
  return error instanceof EngineError && PASSING_FAILURES.has(error.code);
}

/** The local engine's result or trace with the vendor's order, code and answer, and the reason why the local engine answers. */
export function withVendorTrace<T extends EngineTrace>(local: T, vendor: EngineTrace, fallbackReason: string): T {
  const { orderId, juheErrorCode, rawAnswer } = vendor;
  return { ...local, orderId, juheErrorCode, rawAnswer, fallbackReason };
}

/** The vendor's failure in a short sentence. The vendor's own words are not part of it: the sentence is public. */
export function failureSentence(error: EngineError): string {
  const code = error.trace.juheErrorCode === null ? "" : ` (${error.trace.juheErrorCode})`;
  const reason = error.code === "RECOGNIZER_QUOTA_EXCEEDED" ? "VENDOR_OUT_OF_QUOTA" : "VENDOR_UNAVAILABLE";
  return FALLBACK_SENTENCES[reason] + code;
}
