/** The entries of `result.res`: which value each `desc` names, and which entries belong to one plate. */

/** The entries that the server writes, and their `desc` in the vendor's words and order (颜色 stands twice: name, then code). */
export const DESC = {
  plateNumber: "车牌号",
  color: "车牌颜色",
  type: "车牌类型",
  confidence: "整牌可信度",
  brightness: "亮度评价",
  direction: "车牌运动方向",
  boundingBox: "车牌位置(left_top_right_bottom)",
} as const;

export type AnswerField =
  "plateNumber" | "colorName" | "colorCode" | Exclude<keyof typeof DESC, "plateNumber" | "color">;

export interface AnswerEntry {
  field: AnswerField;
  content: string;
}

/** The `desc` of an entry, without what follows in brackets, and the field it names. */
const FIELD_BY_DESC: ReadonlyMap<string, AnswerField | "color"> = new Map([
  ["车牌号", "plateNumber"],
  ["车牌号码", "plateNumber"],
  ["车牌颜色", "color"],
  ["车牌类型", "type"],
  ["车牌颜色类型", "type"],
  ["整牌可信度", "confidence"],
  ["车牌可信度", "confidence"],
  ["亮度评价", "brightness"],
  ["车牌运动方向", "direction"],
  ["车牌位置", "boundingBox"],
]);

/** The known entry that a `desc` and its content make; null for one that is not used. */
export function answerEntry(desc: string, content: string): AnswerEntry | null {
  // NFKC folds full-width brackets, colons and spaces.
  const name = desc.normalize("NFKC").replace(/\(.*$/su, "").replace(/[\s:]/gu, "");
  const field = FIELD_BY_DESC.get(name);
  if (field === undefined) return null;
  const text = content.trim();
  if (field === "color") return { field: /^\d+$/u.test(text) ? "colorCode" : "colorName", content: text };
  return { field, content: text };
}

type PlateEntries = readonly AnswerEntry[];

/**
 * The entries of each plate. With one 车牌号 every entry is its, in whatever order. With several, a new 车牌号 begins a new
 * plate; where that would leave entries before the first or name a value twice, a repeated field does.
 */
export function entriesByPlate(entries: PlateEntries): readonly PlateEntries[] {
  const plates = entries.filter(({ field }) => field === "plateNumber").length;
  if (plates <= 1) return plates === 0 ? [] : [entries];
  const byNumber = split(entries, ({ field }, current) => field === "plateNumber" && current.length > 0);
  if (byNumber.every(isOnePlate)) return byNumber;
  const byRepetition = split(entries, ({ field }, current) => current.some((held) => held.field === field));
  return byRepetition.every(isOnePlate) ? byRepetition : byNumber;
}

function split(
  entries: PlateEntries,
  begins: (entry: AnswerEntry, current: PlateEntries) => boolean,
): readonly PlateEntries[] {
  let current: AnswerEntry[] = [];
  const plates = [current];
  for (const entry of entries) {
    if (begins(entry, current)) plates.push((current = []));
    current.push(entry);
  }
  return plates;
}

function isOnePlate(entries: PlateEntries): boolean {
  const fields = new Set(entries.map(({ field }) => field));
  return fields.has("plateNumber") && fields.size === entries.length;
}
