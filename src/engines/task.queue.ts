/** Tasks in order of arrival, so many at a time. One that waits can be left; one that runs keeps its place until it ends. */
import PQueue from "p-queue";

export class TaskQueue {
  readonly #queue: PQueue;

  /** @param concurrency tasks that run at a time */
  constructor(concurrency: number) {
    this.#queue = new PQueue({ concurrency });
  }

  /** Tasks that run or wait. */
  get length(): number {
    return this.#queue.pending + this.#queue.size;
  }

  /**
   * Runs the task at its turn.
   * @param leaving when it aborts before the turn, the task never runs
   * @param priority of two tasks that wait the one with the higher number comes first, whenever they came; 0 unless given
   * @throws the signal's reason, or what the task throws
   */
  async run<Result>(task: () => Promise<Result>, leaving: AbortSignal, priority = 0): Promise<Result> {
    // p-queue's own signal gives the place of a task that runs to the next one, while the task still runs.
    const waiting = new AbortController();
    const leave = () => waiting.abort(leaving.reason);
    if (leaving.aborted) leave();
    else leaving.addEventListener("abort", leave, { once: true });
    const begin = () => {
      leaving.removeEventListener("abort", leave);
      return task();
    };
    return await this.#queue.add(begin, { signal: waiting.signal, priority });
  }

  /** Resolves once nothing runs or waits. */
  async idle(): Promise<void> {
    await this.#queue.onIdle();
  }
}
