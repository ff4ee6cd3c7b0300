/** Who may call. There are no accounts yet: anybody where anonymous callers are let in, else nobody. */
import { AppError } from "../errors.js";

/** Runs before a request body is read. @throws AppError UNAUTHENTICATED */
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
