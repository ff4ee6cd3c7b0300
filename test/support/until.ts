/** Waiting for what comes by itself, for as long as a busy machine may take. */
import { setTimeout } from "node:timers/promises";

/** What takes half a second took eight on two processors with six programs beside it. */
const PATIENCE_MS = 30_000;

/** @throws Error that names what did not come */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`After ${PATIENCE_MS} ms: not yet ${what}.`);
    await setTimeout(20);
  }
}
