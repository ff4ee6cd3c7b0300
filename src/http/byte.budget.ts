/** One budget for the bytes of all request bodies and answers in flight, so that their sum is bounded whatever the number of connections. */
import { HttpFault } from "./http.fault.js";

/** Bytes of each request that do not count: a small query is served while large bodies use up the budget. */
const FREE_BYTES = 64 * 1024;

/** Seconds after which a refused caller may try again; large bodies come and go within a few seconds. */
const RETRY_AFTER_SECONDS = 2;

export class ByteBudget {
  private heldBytes = 0;

  /** @param limit bytes, of all requests together */
  constructor(private readonly limit: number) {}

  /** The share of one request; whoever opens it releases it. */
  open(): ByteShare {
    return new ByteShare(this);
  }

  /** For `ByteShare`. @throws HttpFault SERVER_BUSY */
  take(bytes: number): void {
    if (this.heldBytes + bytes > this.limit) {
      throw new HttpFault("SERVER_BUSY", 503, "The server holds as many bytes of requests as it may. Try again.", {
        "retry-after": String(RETRY_AFTER_SECONDS),
      });
    }
    this.heldBytes += bytes;
  }

  /** For `ByteShare`. */
  give(bytes: number): void {
    this.heldBytes -= bytes;
  }
}

export class ByteShare {
  private bytes = 0;
  private counted = 0;

  constructor(private readonly budget: ByteBudget) {}

  /** @throws HttpFault SERVER_BUSY when the budget has no room for so many more bytes */
  add(bytes: number): void {
    const counted = Math.max(0, this.bytes + bytes - FREE_BYTES);
    if (counted > this.counted) this.budget.take(counted - this.counted);
    this.bytes += bytes;
    this.counted = counted;
  }

  /** Gives everything back. Calling it again does nothing. */
  release(): void {
    this.budget.give(this.counted);
    this.bytes = 0;
    this.counted = 0;
  }
}
