/** The rule on when a photo can have been taken. */
import { AppError } from "../errors.js";

/** No photo that is sent here is older: digital cameras at roads came later. */
export const EARLIEST_CAPTURE = "1990-01-01T00:00:00.000Z";
/** Clocks of cameras may be ahead, by a zone at most. */
const AHEAD_MS = 24 * 3_600_000;

/** The first moment that is too late at `now`. */
export function latestCapture(now: Date): string {
  return new Date(now.getTime() + AHEAD_MS).toISOString();
}

/** @throws AppError BAD_USER_INPUT for a moment before 1990 or more than 24 hours after `now` */
export function checkedCapturedAt(capturedAt: Date, now = new Date()): Date {
  if (capturedAt.toISOString() < EARLIEST_CAPTURE || capturedAt.toISOString() > latestCapture(now)) {
    throw new AppError(
      "BAD_USER_INPUT",
      `\`capturedAt\` must be from 1990 to 24 hours after now, and is ${capturedAt.toISOString()}.`,
    );
  }
  return capturedAt;
}
