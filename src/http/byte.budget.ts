/** One budget for the bytes of all request bodies and answers in flight, so that their sum is bounded whatever the number of connections. */
import { HttpFault } from "./http.fault.js";

/** Bytes of each request that do not count: a small query is served while large bodies use up the budget. */
const FREE_BYTES = 64 * 1024;

/** Share of the budget that one partner may hold; the rest lets others in. Requests whose caller is not known yet are one more partner. */
const PARTNER_SHARE = 3 / 4;

/** Seconds after which a refused caller may try again; large bodies come and go within a few seconds. */
const RETRY_AFTER_SECONDS = 2;

export class ByteBudget {
  private heldBytes = 0;
  private readonly heldByPartner = new Map<string, number>();
  private readonly partnerLimit: number;

  /** @param limit bytes, of all requests together */
  constructor(readonly limit: number) {
    this.partnerLimit = Math.floor(limit * PARTNER_SHARE);
  }

  /** Bytes of all requests beyond what does not count. */
  get held(): number {
    return this.heldBytes;
  }

  /** The share of one request; whoever opens it releases it. */
  open(): ByteShare {
    return new ByteShare(this);
  }

  /** For `ByteShare`. */
  hasRoom(bytes: number, partner: string): boolean {
    return this.heldBytes + bytes <= this.limit && (this.heldByPartner.get(partner) ?? 0) + bytes <= this.partnerLimit;
  }

  /** For `ByteShare`. @throws HttpFault SERVER_BUSY */
  take(bytes: number, partner: string): void {
    if (!this.hasRoom(bytes, partner)) throw serverBusy();
    this.heldBytes += bytes;
    this.heldByPartner.set(partner, (this.heldByPartner.get(partner) ?? 0) + bytes);
  }

  /** For `ByteShare`. */
  give(bytes: number, partner: string): void {
    this.heldBytes -= bytes;
    const left = (this.heldByPartner.get(partner) ?? 0) - bytes;
    if (left > 0) this.heldByPartner.set(partner, left);
    else this.heldByPartner.delete(partner);
  }
}

export class ByteShare {
  private bytes = 0;
  private counted = 0;
  /** The id of the partner that calls; empty until it is known. */
  private partner = "";

  constructor(private readonly budget: ByteBudget) {}

  /** Bytes that the request holds. */
  get held(): number {
    return this.bytes;
  }

  /** Whether so many more bytes would be let in now. */
  hasRoomFor(bytes: number): boolean {
    return this.budget.hasRoom(this.countedWith(bytes) - this.counted, this.partner);
  }

  /** @throws HttpFault SERVER_BUSY when the budget, or the partner's part of it, has no room for so many more bytes */
  add(bytes: number): void {
    const counted = this.countedWith(bytes);
    if (counted > this.counted) this.budget.take(counted - this.counted, this.partner);
    this.bytes += bytes;
    this.counted = counted;
  }

  /** Counts what is held, and what follows, towards the partner. @throws HttpFault SERVER_BUSY when the partner holds too much already */
  assignTo(partner: string): void {
    this.budget.give(this.counted, this.partner);
    try {
      this.budget.take(this.counted, partner);
      this.partner = partner;
    } catch (error) {
      this.counted = 0;
      this.bytes = 0;
      throw error;
    }
  }

  /** Gives everything back. Calling it again does nothing. */
  release(): void {
    this.budget.give(this.counted, this.partner);
    this.bytes = 0;
    this.counted = 0;
  }

  private countedWith(more: number): number {
    return Math.max(0, this.bytes + more - FREE_BYTES);
  }
}

export function serverBusy(): HttpFault {
  return new HttpFault("SERVER_BUSY", 503, "The server holds as many bytes of requests as it may. Try again.", {
    "retry-after": String(RETRY_AFTER_SECONDS),
  });
}
