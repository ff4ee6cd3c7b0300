/** One request and its answer: the bytes that they hold, whether the caller is still there, and how long the answer may take to be read. */
import type { FastifyReply } from "fastify";
import type { ByteBudget, ByteShare } from "./byte.budget.js";
import type { RequestRecord } from "./request.record.js";

export interface ExchangeLimits {
  /** Of all bodies and answers in flight. */
  budget: ByteBudget;
  /** Milliseconds for a request body. */
  bodyTimeoutMs: number;
}

export class Exchange {
  /** Released once the answer is sent or the caller has gone. */
  readonly share: ByteShare;
  readonly record: RequestRecord;
  private callerGone = false;
  private controller: AbortController | null = null;

  constructor(budget: ByteBudget, { raw, request }: FastifyReply) {
    this.share = budget.open();
    this.record = request.record;
    // Fastify's `request.signal` follows the request's stream instead, which also closes once a body is read to its end.
    raw.once("close", () => {
      this.share.release();
      this.callerGone = !raw.writableFinished;
      if (this.callerGone) this.controller?.abort();
    });
  }

  /** Aborted when the connection closes before the answer is sent. Made when it is first asked for: reads do not, and it takes 5 µs. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.callerGone) this.controller.abort();
    return this.controller.signal;
  }
}

/** Closes the connection of a caller that does not read its answer within so many milliseconds. */
export function limitAnswerTime(reply: FastifyReply, milliseconds: number): void {
  const timer = setTimeout(() => reply.raw.destroy(), milliseconds).unref();
  reply.raw.once("close", () => clearTimeout(timer));
}
