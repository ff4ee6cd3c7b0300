/** How far one plate number is from another as cameras misread them: an edit distance in which characters that look alike cost less. */

/** What each edit costs: a character read as another, lost or added; and as one that looks like it. */
const EDIT = 1;
const LOOK_ALIKE = 0.5;

/** The edits up to which look-alikes are searched; beyond it nearly every plate of a city is "similar". */
export const MAX_PLATE_DISTANCE = 2;

/**
 * Characters that cameras take for one another. Letters and digits are those of the vendor's and our own contract; provinces are those that the
 * local engine confused most often among 6,300 rendered plates of all kinds, down to 28 pixels wide. The database's `plate_search_keys`
 * folds the same groups: the two change together.
 */
export const LOOK_ALIKES = [
  "0ODQ",
  "1I",
  "8B",
  "5S",
  "2Z",
  "6G",
  "晋鲁黑冀京",
  "浙湘",
  "琼皖",
  "渝藏",
  "赣陕桂",
  "新甘",
  "蒙豫",
] as const;

/** Code points above it take two units of a JavaScript string. */
const LAST_OF_ONE_UNIT = 0xffff;

const GROUP_OF: ReadonlyMap<string, string> = new Map(
  LOOK_ALIKES.flatMap((group) => [...group].map((character) => [character, group] as const)),
);

/** Levenshtein's distance with those costs, between normalised numbers. Symmetric; 0 only for the same number. */
export function plateDistance(left: string, right: string): number {
  return distancesFrom(left)(right);
}

/** The same from one number to many: what depends on the one alone is prepared once, because a search compares thousands. */
export function distancesFrom(number: string): (other: string) => number {
  const from = [...number];
  const substitutions = substitutionCosts(from);
  const stranger = new Float64Array(from.length).fill(EDIT);
  const start = Float64Array.from({ length: from.length + 1 }, (_, index) => index * EDIT);
  const row = new Float64Array(start.length);
  return (other) => {
    row.set(start);
    let at = 0;
    while (at < other.length) {
      const code = other.codePointAt(at) ?? 0;
      at += code > LAST_OF_ONE_UNIT ? 2 : 1;
      const costs = substitutions.get(code) ?? stranger;
      let diagonal = row[0] ?? 0;
      let left = diagonal + EDIT;
      row[0] = left;
      for (let column = 0; column < costs.length; column += 1) {
        const above = row[column + 1] ?? 0;
        left = Math.min(diagonal + (costs[column] ?? EDIT), above + EDIT, left + EDIT);
        row[column + 1] = left;
        diagonal = above;
      }
    }
    return row[from.length] ?? 0;
  };
}

/** By code point, for the characters that are one of `from` or look like one: what it costs to put it in the place of each of them. */
function substitutionCosts(from: readonly string[]): ReadonlyMap<number, Float64Array> {
  const near = new Set(from.flatMap((character) => [character, ...(GROUP_OF.get(character) ?? "")]));
  return new Map(
    Array.from(near, (character) => {
      const group = GROUP_OF.get(character);
      const cost = (other: string): number => {
        if (other === character) return 0;
        return group !== undefined && group === GROUP_OF.get(other) ? LOOK_ALIKE : EDIT;
      };
      return [character.codePointAt(0) ?? 0, Float64Array.from(from, cost)] as const;
    }),
  );
}
