/** Why another engine answered than the one asked first. Engines record a sentence that begins with the reason's own. */
export const FALLBACK_SENTENCES = {
  VENDOR_UNAVAILABLE: "Juhe is unavailable",
  VENDOR_OUT_OF_QUOTA: "Juhe is out of quota",
  VENDOR_READ_NOTHING: "Juhe read nothing",
  LOCAL_FAILED: "the local engine failed",
  LOCAL_READ_NOTHING: "the local engine found no plate",
  LOCAL_UNSURE: "the local reading's confidence",
  /** Of sentences that are none of these. */
  OTHER: "",
} as const;

export type FallbackReason = keyof typeof FALLBACK_SENTENCES;
export const FALLBACK_REASONS = Object.keys(FALLBACK_SENTENCES) as readonly FallbackReason[];

/** The reason that a recorded sentence gives. */
export function fallbackReasonOf(sentence: string): FallbackReason {
  return FALLBACK_REASONS.find((reason) => sentence.startsWith(FALLBACK_SENTENCES[reason])) ?? "OTHER";
}
