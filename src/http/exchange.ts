/** One request and its answer: the bytes that they hold, and a limit for the time that the answer may take to be read. */
import type { FastifyReply } from "fastify";
import type { ByteBudget, ByteShare } from "./byte.budget.js";

export interface ExchangeLimits {
  /** Of all bodies and answers in flight. */
  budget: ByteBudget;
  /** Milliseconds for a request body. */
  bodyTimeoutMs: number;
}

/** Opens a share of the budget that is released once the answer is sent or the caller has gone. */
export function openShare(budget: ByteBudget, reply: FastifyReply): ByteShare {
  const share = budget.open();
  reply.raw.once("close", () => share.release());
  return share;
}

/**
 * Aborted when the connection closes before the answer is sent. Fastify's `request.signal` follows the request's stream instead, which also closes
 * once a body is read to its end.
 */
export function callerSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** Closes the connection of a caller that does not read its answer within so many milliseconds. */
export function limitAnswerTime(reply: FastifyReply, milliseconds: number): void {
  const timer = setTimeout(() => reply.raw.destroy(), milliseconds).unref();
  reply.raw.once("close", () => clearTimeout(timer));
}
