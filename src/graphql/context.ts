/** What every resolver gets beside its arguments: whose records it may see, where to read them, and the loaders of this operation. */
import { BUILT_IN_PARTNER_ID } from "../recognitions/partner.entity.js";
import { Loaders, type Repositories } from "./loaders.js";

export interface GraphQLContext {
  partnerId: string;
  reads: Repositories;
  loaders: Loaders;
}

export function createContext(reads: Repositories): GraphQLContext {
  return { partnerId: BUILT_IN_PARTNER_ID, reads, loaders: new Loaders(BUILT_IN_PARTNER_ID, reads) };
}
