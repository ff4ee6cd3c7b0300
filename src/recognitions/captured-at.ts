/** The rule on when a photo can have been taken. */
import { AppError } from "../errors.js";

/** Earlier than any digital camera at a road. */
export const EARLIEST_CAPTURE = "1990-01-01T00:00:00.000Z";
/** Cameras whose clock is set to another time zone may be ahead by this much. */
const AHEAD_MS = 24 * 3_600_000;

/** The latest moment that is accepted at `now`. */
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
