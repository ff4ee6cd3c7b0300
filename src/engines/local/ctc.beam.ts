/** Decodes CTC posteriors into the likeliest texts, each with its probability summed over alignments. */

export interface Hypothesis {
  /** Indexes of characters, class - 1. */
  characters: readonly number[];
  /** Natural logarithm of the probability, over every alignment that the beam kept. */
  logProbability: number;
}

/** A text as a node of the tree of all texts, with the probability of its alignments up to the current frame. */
interface Prefix {
  readonly parent: Prefix | null;
  readonly character: number;
  readonly longer: Map<number, Prefix>;
  /** Of the alignments that end in a blank, and of those that end in the last character. */
  blank: number;
  filled: number;
  /** The same sums with the frame that is being added, whose number is `frame`. */
  nextBlank: number;
  nextFilled: number;
  frame: number;
}

const BEAM_WIDTH = 12;
/** Classes less likely than this in a frame are left out there. */
const MIN_LOG_POSTERIOR = -7;

/**
 * Prefix beam search (Graves 2012; Hannun 2014) over one image's `frames` × `classes` log posteriors; likeliest first.
 * Probabilities are not logarithms: a hundred frames at `MIN_LOG_POSTERIOR` give e^-700, which a double still holds.
 */
export function likeliestTexts(logPosteriors: Float32Array, frames: number, classes: number): Hypothesis[] {
  let beam: Prefix[] = [{ ...emptyPrefix(null, -1), blank: 1 }];
  for (let frame = 0; frame < frames; frame++) {
    const touched: Prefix[] = [];
    for (let index = 0; index < classes; index++) {
      const log = logPosteriors[frame * classes + index] ?? -Infinity;
      if (log < MIN_LOG_POSTERIOR) continue;
      const share = Math.exp(log);
      for (const prefix of beam) extend(prefix, index - 1, share, frame, touched);
    }
    // A frame in which nothing is likely leaves the beam as it was.
    if (touched.length === 0) continue;
    for (const prefix of touched) [prefix.blank, prefix.filled] = [prefix.nextBlank, prefix.nextFilled];
    beam = touched.sort((first, second) => total(second) - total(first)).slice(0, BEAM_WIDTH);
  }
  return beam.map((prefix) => ({ characters: charactersOf(prefix), logProbability: Math.log(total(prefix)) }));
}

/** Adds one frame's class to a prefix; `character` -1 is the blank. */
function extend(prefix: Prefix, character: number, share: number, frame: number, touched: Prefix[]): void {
  if (character < 0) {
    begun(prefix, frame, touched).nextBlank += total(prefix) * share;
    return;
  }
  const repeats = character === prefix.character;
  // Without a blank between them two equal characters are one.
  if (repeats) begun(prefix, frame, touched).nextFilled += prefix.filled * share;
  const grown = (repeats ? prefix.blank : total(prefix)) * share;
  if (grown > 0) begun(longerBy(prefix, character), frame, touched).nextFilled += grown;
}

function begun(prefix: Prefix, frame: number, touched: Prefix[]): Prefix {
  if (prefix.frame !== frame) {
    prefix.frame = frame;
    prefix.nextBlank = 0;
    prefix.nextFilled = 0;
    touched.push(prefix);
  }
  return prefix;
}

function longerBy(prefix: Prefix, character: number): Prefix {
  let longer = prefix.longer.get(character);
  if (longer === undefined) prefix.longer.set(character, (longer = emptyPrefix(prefix, character)));
  return longer;
}

function emptyPrefix(parent: Prefix | null, character: number): Prefix {
  return {
    parent,
    character,
    longer: new Map(),
    blank: 0,
    filled: 0,
    nextBlank: 0,
    nextFilled: 0,
    frame: -1,
  };
}

function total({ blank, filled }: Prefix): number {
  return blank + filled;
}

function charactersOf(prefix: Prefix): number[] {
  const characters: number[] = [];
  for (let node = prefix; node.parent !== null; node = node.parent) characters.push(node.character);
  return characters.reverse();
}
