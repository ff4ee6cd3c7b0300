/** Reads characters out of CTC posteriors: the likeliest texts, each with its whole probability. */

export interface Hypothesis {
  /** Indexes of characters, class - 1. */
  characters: readonly number[];
  /** Natural logarithm of the probability, over every alignment that the beam kept. */
  logProbability: number;
}

interface Prefix {
  characters: readonly number[];
  /** Log probability of the alignments that end in a blank, and of those that end in the last character. */
  blank: number;
  filled: number;
}

const BEAM_WIDTH = 12;
/** Classes less likely than this in a frame (e^-7, one in a thousand) are left out there. */
const MIN_LOG_POSTERIOR = -7;

/** Prefix beam search (Graves 2012; Hannun 2014) over one picture's `frames` × `classes` log posteriors; likeliest first. */
export function likeliestTexts(logPosteriors: Float32Array, frames: number, classes: number): Hypothesis[] {
  let beam: Prefix[] = [{ characters: [], blank: 0, filled: -Infinity }];
  for (let frame = 0; frame < frames; frame++) {
    const next = new Map<string, Prefix>();
    const grow = (characters: readonly number[]): Prefix => {
      const key = characters.join(",");
      let prefix = next.get(key);
      if (prefix === undefined) next.set(key, (prefix = { characters, blank: -Infinity, filled: -Infinity }));
      return prefix;
    };
    for (let index = 0; index < classes; index++) {
      const log = logPosteriors[frame * classes + index] ?? -Infinity;
      if (log < MIN_LOG_POSTERIOR) continue;
      for (const prefix of beam) extend(prefix, index - 1, log, grow);
    }
    // A frame in which nothing is likely leaves the beam as it was.
    if (next.size > 0)
      beam = [...next.values()].sort((first, second) => total(second) - total(first)).slice(0, BEAM_WIDTH);
  }
  return beam.map((prefix) => ({ characters: prefix.characters, logProbability: total(prefix) }));
}

/** Adds one frame's class to a prefix; `character` -1 is the blank. */
function extend(prefix: Prefix, character: number, log: number, grow: (characters: readonly number[]) => Prefix): void {
  const same = (): Prefix => grow(prefix.characters);
  if (character < 0) {
    const kept = same();
    kept.blank = logSum(kept.blank, total(prefix) + log);
    return;
  }
  if (character === prefix.characters.at(-1)) {
    const kept = same();
    // Without a blank between them two equal characters are one.
    kept.filled = logSum(kept.filled, prefix.filled + log);
    const doubled = grow([...prefix.characters, character]);
    doubled.filled = logSum(doubled.filled, prefix.blank + log);
    return;
  }
  const longer = grow([...prefix.characters, character]);
  longer.filled = logSum(longer.filled, total(prefix) + log);
}

function total({ blank, filled }: Prefix): number {
  return logSum(blank, filled);
}

/** log(e^first + e^second), safe for -Infinity. */
function logSum(first: number, second: number): number {
  const high = Math.max(first, second);
  return high === -Infinity ? -Infinity : high + Math.log1p(Math.exp(Math.min(first, second) - high));
}
