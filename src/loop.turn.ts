/** Long work that must run on the event loop goes in slices: one in each round of the loop, whosever it is, so that others are served between them. */
import { setImmediate } from "node:timers/promises";

/** Shorter inputs are worked on at once: parsing one takes under 2 ms. */
export const LARGE_BYTES = 256 * 1024;

let previous: Promise<unknown> = Promise.resolve();

/** Resolves in a round of the event loop that no other caller of this function has. */
export async function loopTurn(): Promise<void> {
  const turn = previous.then(() => setImmediate());
  previous = turn;
  await turn;
}

/** The same where there is much to do; resolves at once for at most `LARGE_BYTES`. */
export async function turnFor(bytes: number): Promise<void> {
  if (bytes > LARGE_BYTES) await loopTurn();
}
