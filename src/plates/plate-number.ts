/** Pure rules about plate numbers: one spelling for each, and the province a plate names. */

/** The 31 abbreviations of provinces, autonomous regions and municipalities that open a civil plate. */
export const PROVINCES = [..."京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"] as const;

const PROVINCE_SET: ReadonlySet<string> = new Set(PROVINCES);

/** Whatever people and engines put between the characters of a plate: spaces, dots, dashes. */
const SEPARATORS = /[\s.\-·•・‧∙⋅●]/gu;

/** Characters that nobody sees: zero-width spaces and joiners, marks of direction, soft hyphens, control characters, variation selectors. */
const INVISIBLE = /[\p{Cf}\p{Cc}\u{FE00}-\u{FE0F}]/gu;

/** One spelling for each plate: full-width forms folded, upper case, no separators, nothing invisible (` 粤t·nt444 ` → `粤TNT444`). */
export function normalizePlateNumber(text: string): string {
  return text.normalize("NFKC").replace(INVISIBLE, "").replace(SEPARATORS, "").toUpperCase();
}

/**
 * The province abbreviation that a normalised plate number carries, or null for plates that carry none (embassy,
 * military, civil aviation). Armed police plates carry theirs after WJ.
 */
export function provinceOf(plateNumber: string): string | null {
  const candidate = plateNumber.startsWith("WJ") ? plateNumber[2] : plateNumber[0];
  return candidate !== undefined && PROVINCE_SET.has(candidate) ? candidate : null;
}
