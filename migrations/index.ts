/** Every migration in the order in which it runs. */
import { FirstStore1763870400000 } from "./1763870400000-first-store.js";
import { KeysAndPlates1764000000000 } from "./1764000000000-keys-and-plates.js";
import { ValueDomains1764100000000 } from "./1764100000000-value-domains.js";
import { PartnerReference1764200000000 } from "./1764200000000-partner-reference.js";
import { Accounts1764300000000 } from "./1764300000000-accounts.js";
import { RateLimits1764400000000 } from "./1764400000000-rate-limits.js";
import { VendorLedger1764500000000 } from "./1764500000000-vendor-ledger.js";
import { FindableRequests1764510000000 } from "./1764510000000-findable-requests.js";
import { FindablePlates1764520000000 } from "./1764520000000-findable-plates.js";
import { CameraCounts1764535000000 } from "./1764535000000-camera-counts.js";
import { Corrections1764530000000 } from "./1764530000000-corrections.js";
import { CorrectedPlates1764536000000 } from "./1764536000000-corrected-plates.js";

export const MIGRATIONS = [
  FirstStore1763870400000,
  KeysAndPlates1764000000000,
  ValueDomains1764100000000,
  PartnerReference1764200000000,
  Accounts1764300000000,
  RateLimits1764400000000,
  VendorLedger1764500000000,
  FindableRequests1764510000000,
  FindablePlates1764520000000,
  Corrections1764530000000,
  CameraCounts1764535000000,
  CorrectedPlates1764536000000,
] as const;
