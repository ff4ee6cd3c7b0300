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

const GROUP_OF: ReadonlyMap<string, string> = new Map(
  LOOK_ALIKES.flatMap((group) => [...group].map((character) => [character, group] as const)),
);

/** Levenshtein's distance with those costs, between normalised numbers. Symmetric; 0 only for the same number. */
export function plateDistance(left: string, right: string): number {
  const from = [...left];
  const to = [...right];
  // Looked up once a character, not once a pair: a search compares thousands of numbers.
  const groups = to.map(groupOf);
  let previous = [0, ...to.map((_, index) => (index + 1) * EDIT)];
  for (const [row, character] of from.entries()) {
    const group = groupOf(character);
    let last = (row + 1) * EDIT;
    const current = [last];
    for (let column = 0; column < to.length; column += 1) {
      const looksAlike = group !== undefined && group === groups[column];
      const substitution = character === to[column] ? 0 : looksAlike ? LOOK_ALIKE : EDIT;
      last = Math.min((previous[column] ?? 0) + substitution, (previous[column + 1] ?? 0) + EDIT, last + EDIT);
      current.push(last);
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}

function groupOf(character: string): string | undefined {
  return GROUP_OF.get(character);
}
