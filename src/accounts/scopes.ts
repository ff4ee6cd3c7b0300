/** What a key may be allowed to do, and the check that a principal is. */
import { AppError } from "../errors.js";
import type { Principal } from "./principal.js";

export const API_SCOPES = ["RECOGNIZE", "READ", "ADMIN"] as const;
export type ApiScope = (typeof API_SCOPES)[number];

/** @throws AppError FORBIDDEN, naming the scope that is missing */
export function requireScope({ scopes }: Principal, scope: ApiScope): void {
  if (!scopes.has(scope)) {
    throw new AppError("FORBIDDEN", `This needs a key with the scope ${scope.toLowerCase()}.`);
  }
}
