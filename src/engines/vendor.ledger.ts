/** Where a call to the vendor is written down before it is made, because it is billed. Engines know no database: who calls them brings the ledger. */
import type { JuheOutcome } from "../juhe/answer.parser.js";

export interface VendorLedger {
  /**
   * Writes down that a call is about to be made.
   * @returns null when no further call may be made today
   */
  open(): Promise<OpenVendorCall | null>;
}

export interface OpenVendorCall {
  /** Writes down how the call ended. A call that is never completed stays UNKNOWN. */
  complete(outcome: JuheOutcome): Promise<void>;
}
