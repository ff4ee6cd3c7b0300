/** Receives request bodies chunk by chunk, bounded in bytes and in time. */
import type { IncomingMessage } from "node:http";
import { AppError } from "../errors.js";
import { serverBusy, type ByteShare } from "./byte.budget.js";
import { HttpFault } from "./http.fault.js";
import { pauseDiscarded, yieldRound } from "./body.rounds.js";

/** How long a refused sender may go on sending before its connection is closed. Closing at once would reset the connection and lose the answer. */
const LINGER_MS = 3_000;

/** A sender that is silent for this long is refused; one that sends slowly has `timeoutMs` for the whole body. */
const SILENCE_MS = 10_000;

/** Read in one piece where it is there already. */
const SHORT_BYTES = 64 * 1024;

export interface BodyLimits {
  /** Bytes of the whole body. */
  maxBytes: number;
  /** Milliseconds for the whole body. */
  timeoutMs: number;
  /** The bytes that the request holds; a chunk counts from its arrival on. */
  share: ByteShare;
}

/**
 * Hands each chunk to `take`, which may throw to refuse the rest. Resolves when the body is complete.
 * @throws AppError IMAGE_TOO_LARGE as soon as the body is longer than `maxBytes`
 * @throws HttpFault SERVER_BUSY (503), BAD_REQUEST (408) when it comes too slowly
 * @throws AppError BAD_USER_INPUT when the connection closes before the end
 */
export async function receiveBody(
  request: IncomingMessage,
  { maxBytes, timeoutMs, share }: BodyLimits,
  take: (chunk: Buffer) => void,
): Promise<void> {
  const declared = declaredLength(request);
  if (declared > maxBytes) throw refused(request, tooLarge(maxBytes));
  if (!share.hasRoomFor(declared)) throw refused(request, serverBusy());
  // Its caller may have gone while who it is was looked up.
  if (request.destroyed && !request.complete) throw cutOff();
  let length = 0;
  const accept = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    share.add(chunk.length);
    take(chunk);
  };
  // A short body has mostly come with its headers: nothing is waited for then.
  if (request.complete && request.readableLength > 0 && request.readableLength <= SHORT_BYTES) {
    accept(request.read() as Buffer);
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const finish = (error: Error | null): void => {
      clearTimeout(silence);
      clearTimeout(whole);
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      if (error === null) {
        resolve();
        return;
      }
      discardRest(request);
      reject(error);
    };
    const onData = (chunk: Buffer): void => {
      silence.refresh();
      try {
        accept(chunk);
      } catch (error) {
        finish(error as Error);
        return;
      }
      yieldRound(request);
    };
    const onEnd = (): void => finish(null);
    const onClose = (): void => finish(cutOff());
    const silence = setTimeout(() => finish(tooSlow()), Math.min(SILENCE_MS, timeoutMs));
    const whole = setTimeout(() => finish(tooSlow()), timeoutMs);
    request.on("data", onData).once("end", onEnd).once("close", onClose);
    // An aborted request emits an error and then closes; the listener for `close` reports it.
    request.on("error", () => undefined);
  });
}

/** `Content-Length` in bytes; 0 where the sender does not declare one. */
function declaredLength(request: IncomingMessage): number {
  return Number(request.headers["content-length"] ?? 0);
}

function refused<Fault extends Error>(request: IncomingMessage, fault: Fault): Fault {
  discardRest(request);
  return fault;
}

/**
 * Drops what the sender still sends, for a few seconds, so that it can read the answer. All refused senders share one rate: at full speed, a hundred of
 * them would keep the event loop busy with nothing else.
 */
export function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed || request.listenerCount("data") > 0) return;
  request.on("data", () => pauseDiscarded(request));
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS).unref();
  request.once("end", () => clearTimeout(timer));
  request.once("close", () => clearTimeout(timer));
}

function tooLarge(maxBytes: number): AppError {
  return new AppError("IMAGE_TOO_LARGE", `The request is larger than ${maxBytes} bytes.`);
}

function tooSlow(): HttpFault {
  return new HttpFault("BAD_REQUEST", 408, "The request body came too slowly.", { connection: "close" });
}

function cutOff(): AppError {
  return new AppError("BAD_USER_INPUT", "The request ended early.");
}
