/** Keeps the event loop free while bodies arrive: each of its rounds spends a few milliseconds on them, however many there are. */
import type { IncomingMessage } from "node:http";

/** Milliseconds of one round that bodies may take. Node.js reads up to 2 MB of each connection in a round. */
const ROUND_MS = 15;

/** Refused bodies are read only to be dropped, so that their senders can read the answer: so many reads (of 64 KiB) each `DISCARD_EVERY_MS`. */
const DISCARDS_AT_A_TIME = 8;
const DISCARD_EVERY_MS = 5;

let roundBegan: number | null = null;
let paused: IncomingMessage[] = [];

/** To be called after each chunk of a body: when the round's time is spent, the body is paused until the next round. */
export function yieldRound(request: IncomingMessage): void {
  const now = performance.now();
  if (roundBegan === null) {
    roundBegan = now;
    setImmediate(nextRound);
  }
  if (now - roundBegan < ROUND_MS) return;
  request.pause();
  paused.push(request);
}

function nextRound(): void {
  roundBegan = null;
  const waiting = paused;
  paused = [];
  for (const request of waiting) request.resume();
}

const discarded: IncomingMessage[] = [];
let discarding: NodeJS.Timeout | null = null;

/** Pauses a refused body until its turn among the others; its sender gets all of the discarding when it is the only one. */
export function pauseDiscarded(request: IncomingMessage): void {
  request.pause();
  discarded.push(request);
  discarding ??= setInterval(discardSome, DISCARD_EVERY_MS).unref();
}

function discardSome(): void {
  for (const request of discarded.splice(0, DISCARDS_AT_A_TIME)) request.resume();
  if (discarded.length > 0 || discarding === null) return;
  clearInterval(discarding);
  discarding = null;
}
