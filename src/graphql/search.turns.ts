/** Searches that go through thousands of plates take turns: few at a time, partners in turn, those of one operation one after the other. */
import { setImmediate } from "node:timers/promises";
import { TaskQueue } from "../engines/task.queue.js";
import { AppError, type ErrorCode } from "../errors.js";
import type { GraphQLContext } from "./context.js";

/**
 * At a time: each takes a connection, and the event loop for some milliseconds. With all of them at once 16 operations of 40 searches kept another caller's
 * page of 20 waiting for 10 s behind them in the pool.
 */
const AT_A_TIME = 2;
/**
 * That may wait, one of an operation; beyond, only partners with fewer than 8 waiting are let in, up to twice as many. A search of the worst number among five million readings
 * takes 19 to 29 ms, so the last of 100 waits 1.5 s.
 */
const MAX_WAITING = 100;

export class SearchTurns {
  private readonly queue = new TaskQueue(AT_A_TIME);
  /** By operation: settles with its latest search. */
  private readonly latest = new WeakMap<GraphQLContext, Promise<unknown>>();

  /**
   * Runs `search` after those that the operation began before. A search whose caller leaves before its turn never runs.
   * @throws AppError SERVER_BUSY where too many wait, or what the search throws
   */
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
    if (this.queue.isFullFor(partnerId, MAX_WAITING))
      return refuse("SERVER_BUSY", "Too many searches for similar plates wait. Try again in a moment.");
    try {
      return await this.queue.run(search, { partnerId, leaving: signal });
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      return refuse("BAD_USER_INPUT", "The caller closed the connection.");
    }
  }
}

/** One of an operation in a round of the event loop: the 37 that were left of each of 60 operations, all in one round, kept the loop for 330 to 400 ms. */
async function refuse(code: ErrorCode, message: string): Promise<never> {
  await setImmediate();
  throw new AppError(code, message);
}
