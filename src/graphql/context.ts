/** What every resolver gets beside its arguments: who calls, where to read, the loaders of this operation, and whether the caller is still there. */
import type { Principal } from "../accounts/principal.js";
import { Loaders, type Repositories } from "./loaders.js";

export interface GraphQLContext {
  principal: Principal;
  reads: Repositories;
  loaders: Loaders;
  /** Aborted when the caller closes the connection. */
  signal: AbortSignal;
}

export function createContext(principal: Principal, reads: Repositories, signal: AbortSignal): GraphQLContext {
  return { principal, reads, loaders: new Loaders(principal, reads), signal };
}
