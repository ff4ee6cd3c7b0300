/** Records calls to the vendor: each recognition request has a ledger, which is passed to the engine. */
import type { OpenVendorCall, VendorLedger } from "../engines/vendor.ledger.js";
import type { JuheOutcome } from "../juhe/answer.parser.js";
import type { Logger } from "../logger.js";
import type { Principal } from "./principal.js";
import type { VendorCallEnd, VendorCallStore } from "./store/vendor-call.store.js";

export class VendorCalls {
  constructor(
    private readonly store: Pick<VendorCallStore, "open" | "complete">,
    private readonly logger: Pick<Logger, "error">,
  ) {}

  ledgerFor(principal: Principal, requestId: string): RequestLedger {
    return new RequestLedger(this.store, this.logger, principal, requestId);
  }
}

export class RequestLedger implements VendorLedger {
  private calls = 0;

  constructor(
    private readonly store: Pick<VendorCallStore, "open" | "complete">,
    private readonly logger: Pick<Logger, "error">,
    private readonly principal: Principal,
    private readonly requestId: string,
  ) {}

  /** Whether the vendor was called, and may have billed the call. */
  get hasCalled(): boolean {
    return this.calls > 0;
  }

  async open(): Promise<OpenVendorCall | null> {
    const id = await this.store.open(this.principal, this.requestId);
    if (id === null) return null;
    this.calls += 1;
    return { complete: (outcome) => this.complete(id, endOf(outcome)) };
  }

  /** Where the entry can't be completed it stays UNKNOWN; the vendor's answer, which was billed, is used all the same. */
  private async complete(id: string, end: VendorCallEnd): Promise<void> {
    try {
      await this.store.complete(this.principal, id, end);
    } catch (error) {
      this.logger.error({ err: error, vendorCall: id }, "the outcome of a vendor call was not stored");
    }
  }
}

function endOf(outcome: JuheOutcome): VendorCallEnd {
  switch (outcome.kind) {
    case "read":
      return { outcome: "ANSWERED", juheErrorCode: null, orderId: outcome.orderId };
    case "refused":
      return { outcome: "REFUSED", juheErrorCode: outcome.errorCode, orderId: outcome.orderId };
    case "broken":
      return { outcome: "BROKEN", juheErrorCode: null, orderId: null };
  }
}
