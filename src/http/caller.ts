/** Who calls: until accounts exist, anyone where anonymous callers are let in, and nobody elsewhere. */
import { AppError } from "../errors.js";

/** @throws AppError UNAUTHENTICATED */
export type CallerCheck = () => void;

export function callerCheck(allowAnonymous: boolean): CallerCheck {
  return () => {
    if (!allowAnonymous) {
      throw new AppError(
        "UNAUTHENTICATED",
        "This server takes no anonymous calls; its operator allows them with ALLOW_ANONYMOUS=true.",
      );
    }
  };
}
