/** The order of tasks that wait: partners take turns, and the tasks of one partner keep their order. A queue class for p-queue. */
import type { Queue, QueueAddOptions } from "p-queue";

export interface FairOptions extends QueueAddOptions {
  partnerId?: string;
}

type Run = () => Promise<unknown>;

interface Waiting {
  id: string | undefined;
  run: Run;
}

export class FairQueue implements Queue<Run, FairOptions> {
  /** By priority, then by partner; the partner whose turn is next comes first in its map. */
  readonly #levels = new Map<number, Map<string, Waiting[]>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  enqueue(run: Run, { id, priority = 0, partnerId = "" }: Partial<FairOptions> = {}): void {
    let level = this.#levels.get(priority);
    if (level === undefined) this.#levels.set(priority, (level = new Map<string, Waiting[]>()));
    const waiting = level.get(partnerId);
    if (waiting === undefined) level.set(partnerId, [{ id, run }]);
    else waiting.push({ id, run });
    this.#size += 1;
  }

  dequeue(): Run | undefined {
    const highest = Math.max(...this.#levels.keys());
    const level = this.#levels.get(highest);
    const [turn] = level ?? [];
    if (level === undefined || turn === undefined) return undefined;
    const [partnerId, waiting] = turn;
    const next = waiting.shift();
    // The partner goes to the end of the line, or leaves it.
    level.delete(partnerId);
    if (waiting.length > 0) level.set(partnerId, waiting);
    if (level.size === 0) this.#levels.delete(highest);
    this.#size -= 1;
    return next?.run;
  }

  filter({ priority = 0 }: Readonly<Partial<FairOptions>>): Run[] {
    return [...(this.#levels.get(priority)?.values() ?? [])].flat().map(({ run }) => run);
  }

  /** p-queue calls it for tasks whose signal aborts while they wait. */
  remove(removed: string): void {
    for (const [priority, level] of this.#levels) {
      for (const [partnerId, waiting] of level) {
        const at = waiting.findIndex(({ id }) => id === removed);
        if (at < 0) continue;
        waiting.splice(at, 1);
        this.#size -= 1;
        if (waiting.length === 0) level.delete(partnerId);
        if (level.size === 0) this.#levels.delete(priority);
        return;
      }
    }
  }

  setPriority(): void {
    throw new Error("The priority of a waiting task does not change.");
  }
}
