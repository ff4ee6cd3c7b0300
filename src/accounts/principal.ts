/** Who calls. `http/` makes one principal for each request; every read and write of the stores asks for it. */
import { BUILT_IN_PARTNER_ID } from "./partner.entity.js";

export interface Principal {
  /** UUID of the partner whose records the caller reads and writes. */
  readonly partnerId: string;
  /** Tells the callers of one partner apart: a caller reads its own writes, from a replica only once they are there. */
  readonly clientId: string;
}

/** The principal of callers without a key: the built-in partner. */
export function anonymousPrincipal(clientId: string): Principal {
  return { partnerId: BUILT_IN_PARTNER_ID, clientId };
}
