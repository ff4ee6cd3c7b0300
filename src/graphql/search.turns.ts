/** Searches that go through thousands of plates take turns: few at a time, partners in turn, those of one operation one after the other. */
import { TaskQueue } from "../engines/task.queue.js";
import { AppError } from "../errors.js";
import type { GraphQLContext } from "./context.js";

/**
 * At a time: each takes a connection, and the event loop for some milliseconds. With all of them at once 16 operations of 40 searches kept another caller's
 * page of 20 waiting for 10 s behind them in the pool.
 */
const AT_A_TIME = 2;

export class SearchTurns {
  private readonly queue = new TaskQueue(AT_A_TIME);
  /** By operation: settles with its latest search. */
  private readonly latest = new WeakMap<GraphQLContext, Promise<unknown>>();

  /** Runs `search` after those that the operation began before. A search whose caller leaves before its turn never runs. */
  async run<Result>(context: GraphQLContext, search: () => Promise<Result>): Promise<Result> {
    const before = this.latest.get(context) ?? Promise.resolve();
    const result = before.then(() => this.inTurn(context, search));
    this.latest.set(
      context,
      result.catch(() => undefined),
    );
    return result;
  }

  private async inTurn<Result>(
    { principal: { partnerId }, exchange: { signal } }: GraphQLContext,
    search: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await this.queue.run(search, { partnerId, leaving: signal });
    } catch (error) {
      if (signal.aborted) throw new AppError("BAD_USER_INPUT", "The caller closed the connection.");
      throw error;
    }
  }
}
