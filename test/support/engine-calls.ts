/** Calls of an engine, for tests of engines alone. */
import type { EngineCall } from "../../src/engines/engine.js";
import type { OpenVendorCall, VendorLedger } from "../../src/engines/vendor.ledger.js";

/** A ledger in memory. */
export class MemoryLedger implements VendorLedger {
  opened = 0;
  readonly completed: string[] = [];

  /** @param maxCalls calls that may be made */
  constructor(private readonly maxCalls = Infinity) {}

  open(): Promise<OpenVendorCall | null> {
    if (this.opened >= this.maxCalls) return Promise.resolve(null);
    this.opened += 1;
    return Promise.resolve({
      complete: ({ kind }) => {
        this.completed.push(kind);
        return Promise.resolve();
      },
    });
  }
}

export function engineCall(
  signal: AbortSignal = new AbortController().signal,
  partnerId = "partner",
  ledger: VendorLedger = new MemoryLedger(),
): EngineCall {
  return { signal, partnerId, ledger };
}
