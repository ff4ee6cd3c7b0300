/** What every resolver gets beside its arguments: who calls, where to read, the loaders of this operation, and whether the caller is still there. */
import type { Principal } from "../accounts/principal.js";
import type { SearchLog } from "../accounts/search.log.js";
import { Loaders, type Repositories } from "./loaders.js";

export interface GraphQLContext {
  principal: Principal;
  reads: Repositories;
  loaders: Loaders;
  /** Aborted when the caller closes the connection. */
  signal: AbortSignal;
  /** For the audit log. */
  searches: SearchLog;
}

export function createContext(
  principal: Principal,
  reads: Repositories,
  signal: AbortSignal,
  searches: SearchLog,
): GraphQLContext {
  return { principal, reads, loaders: new Loaders(principal, reads), signal, searches };
}
