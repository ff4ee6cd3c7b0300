/** What every resolver gets beside its arguments: who calls, where to read, the loaders of this operation, and whether the caller is still there. */
import type { Principal } from "../accounts/principal.js";
import type { SearchLog } from "../accounts/search.log.js";
import { Loaders, type Repositories } from "./loaders.js";

/** The request that is answered, as far as resolvers see it. */
interface Exchange {
  readonly signal: AbortSignal;
  readonly record: OperationRecord;
}

/** What is told of the request in the log and the metrics. */
interface OperationRecord {
  readonly requestId: string;
  /** Whether there is an operation, or a document that was meant as one. */
  begun: boolean;
  operation: { name: string | null; type: string } | null;
  addCode(code: unknown): void;
}

export interface GraphQLContext {
  principal: Principal;
  reads: Repositories;
  loaders: Loaders;
  /** Its signal is aborted when the caller closes the connection. */
  exchange: Exchange;
  /** For the audit log. */
  searches: SearchLog;
}

export function createContext(
  principal: Principal,
  reads: Repositories,
  exchange: Exchange,
  searches: SearchLog,
): GraphQLContext {
  return { principal, reads, loaders: new Loaders(principal, reads), exchange, searches };
}
