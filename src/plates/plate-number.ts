/** Pure rules about plate numbers: one spelling for each, and the province a plate names. */

/** The 31 abbreviations of provinces, autonomous regions and municipalities that open a civil plate. */
export const PROVINCES = [..."京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"] as const;

const PROVINCE_SET: ReadonlySet<string> = new Set(PROVINCES);

/** What people and engines put between the characters of a plate: white space, dots, dashes. */
const SEPARATORS = String.raw`\s\p{Pd}.−·•・‧∙⋅●`;

/**
 * What no plate carries and nobody sees: control and format characters, halves of surrogate pairs, private and unassigned code points (C);
 * combining marks, variation selectors among them (M); fillers and whatever else Unicode draws as nothing (DI); U+FFFD, which stands for bytes that
 * were not text.
 */
const INVISIBLE = String.raw`\p{C}\p{M}\p{Default_Ignorable_Code_Point}\uFFFD`;

const NOT_OF_A_PLATE = new RegExp(`[${SEPARATORS}${INVISIBLE}]`, "gu");

/**
 * One spelling for each plate: full-width forms folded (NFKC), upper case, neither separators nor invisible characters
 * (` 粤t·nt444 ` → `粤TNT444`). A text of nothing else becomes empty. Normalising twice changes nothing.
 */
export function normalizePlateNumber(text: string): string {
  // Removed before folding as well: NFKC would join a combining mark to the letter before it.
  return text.replace(NOT_OF_A_PLATE, "").normalize("NFKC").toUpperCase().replace(NOT_OF_A_PLATE, "");
}

/** Longer than any plate in use: 粤Z1234港 has 7 characters, WJ粤12345 has 8. */
const POSSIBLE_NUMBER = /^(?=.*[A-Z0-9])[A-Z0-9\p{Script=Han}]{2,12}$/u;

/** Whether a normalised text can be a plate's number: 2 to 12 letters, digits and Chinese characters, not of the last alone. */
export function isPossibleNumber(plateNumber: string): boolean {
  return POSSIBLE_NUMBER.test(plateNumber);
}

/**
 * The province abbreviation that a normalised plate number carries, or null for plates that carry none (embassy,
 * military, civil aviation). Armed police plates carry theirs after WJ.
 */
export function provinceOf(plateNumber: string): string | null {
  const candidate = plateNumber.startsWith("WJ") ? plateNumber[2] : plateNumber[0];
  return candidate !== undefined && PROVINCE_SET.has(candidate) ? candidate : null;
}
