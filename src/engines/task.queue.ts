/** Tasks of several partners in turn, so many at a time. One that waits can be left; one that runs keeps its place until it ends. */
import { AsyncResource } from "node:async_hooks";
import PQueue from "p-queue";
import { FairQueue, type FairOptions } from "./fair.queue.js";

export interface TaskOptions {
  /** Whose task it is: partners take turns, whoever came first. */
  partnerId: string;
  /** When it aborts before the turn, the task never runs. */
  leaving: AbortSignal;
  /** Of two tasks that wait the one with the higher number comes first, whosever they are; 0 unless given. */
  priority?: number;
}

export interface QueueLoad {
  running: number;
  waiting: number;
  places: number;
}

/** A partner with fewer tasks waiting is let in even when the queue is full, up to twice its length. */
const LET_IN_BELOW = 8;

export class TaskQueue {
  readonly #queue: PQueue<FairQueue, FairOptions>;
  readonly #concurrency: number;
  readonly #waiting = new Map<string, number>();

  /** @param concurrency tasks that run at a time */
  constructor(concurrency: number) {
    this.#concurrency = concurrency;
    this.#queue = new PQueue({ concurrency, queueClass: FairQueue });
  }

  /** Tasks that run, that wait, and how many may run at a time. */
  get load(): QueueLoad {
    return { running: this.#queue.pending, waiting: this.#queue.size, places: this.#concurrency };
  }

  /** Whether one more task of the partner would be too many, where so many may wait. */
  isFullFor(partnerId: string, maxWaiting: number): boolean {
    const length = this.#queue.pending + this.#queue.size;
    if (length < this.#concurrency + maxWaiting) return false;
    return (
      (this.#waiting.get(partnerId) ?? 0) >= Math.min(LET_IN_BELOW, maxWaiting) || this.#queue.size >= 2 * maxWaiting
    );
  }

  /**
   * Runs the task at its turn.
   * @throws the signal's reason, or what the task throws
   */
  async run<Result>(task: () => Promise<Result>, { partnerId, leaving, priority = 0 }: TaskOptions): Promise<Result> {
    // p-queue's own signal gives the place of a task that runs to the next one, while the task still runs.
    const waiting = new AbortController();
    const leave = () => {
      this.#count(partnerId, -1);
      waiting.abort(leaving.reason);
    };
    this.#count(partnerId, 1);
    if (leaving.aborted) leave();
    else leaving.addEventListener("abort", leave, { once: true });
    // In the asynchronous context of who waits: p-queue calls it in that of the task that ended, whose trace is another one.
    const begin = AsyncResource.bind(() => {
      this.#count(partnerId, -1);
      leaving.removeEventListener("abort", leave);
      return task();
    });
    return await this.#queue.add(begin, { signal: waiting.signal, priority, partnerId });
  }

  /** Resolves once nothing runs or waits. */
  async idle(): Promise<void> {
    await this.#queue.onIdle();
  }

  #count(partnerId: string, change: 1 | -1): void {
    const count = (this.#waiting.get(partnerId) ?? 0) + change;
    if (count === 0) this.#waiting.delete(partnerId);
    else this.#waiting.set(partnerId, count);
  }
}
