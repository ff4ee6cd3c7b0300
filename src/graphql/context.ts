/** What every resolver gets beside its arguments: whose records it may see, where to read them, and the loaders of this operation. */
import { BUILT_IN_PARTNER_ID } from "../recognitions/partner.entity.js";
import { Loaders, type Repositories } from "./loaders.js";

export interface GraphQLContext {
  partnerId: string;
  reads: Repositories;
  loaders: Loaders;
  /** Who among the owner's programs asks. */
  caller: string;
}

export function createContext(reads: Repositories, caller: string): GraphQLContext {
  return { partnerId: BUILT_IN_PARTNER_ID, reads, loaders: new Loaders(BUILT_IN_PARTNER_ID, reads), caller };
}
