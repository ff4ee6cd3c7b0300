/** Finds variables that were probably meant as settings. */

/** Shorter names resemble too many variables of other programs: HOST and HOME, PORT and PATH. */
const MIN_RESEMBLING_LENGTH = 7;
/** Characters added, left out or replaced in a name that is taken for a misspelt one. */
const MAX_MISSPELLING = 2;

/** The names that are no setting but resemble one, such as LOCAL_THREAD; `setting` is the one that was probably meant. */
export function misspelt(names: readonly string[], settings: readonly string[]): { name: string; setting: string }[] {
  const longSettings = settings.filter((setting) => setting.length >= MIN_RESEMBLING_LENGTH);
  return names.flatMap((name) => {
    if (settings.includes(name) || name.length < MIN_RESEMBLING_LENGTH) return [];
    const setting = longSettings.find(
      (known) =>
        (name.includes("_") && known.startsWith(`${name}_`)) ||
        editDistance(known, name.toUpperCase()) <= MAX_MISSPELLING,
    );
    return setting === undefined ? [] : [{ name, setting }];
  });
}

/** Levenshtein's distance. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [row, character] of [...left].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...right].entries()) {
      const replaced = (previous[column] ?? 0) + (character === other ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
