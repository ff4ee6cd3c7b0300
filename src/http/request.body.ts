/** Reads request bodies with a bound that holds while they stream in, so that nothing large is ever held. */
import type { IncomingMessage } from "node:http";
import { AppError } from "../errors.js";

/** How long a refused sender may go on sending before the connection is cut; cutting at once would cost it the answer. */
const LINGER_MS = 3_000;

/** The whole body as bytes. Rejects as soon as it is longer than `maxBytes`; the rest is then thrown away as it comes. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const refuse = (): void => {
      request.removeAllListeners("data");
      discardRest(request);
      reject(new AppError("IMAGE_TOO_LARGE", `The request is larger than ${maxBytes} bytes.`));
    };
    if (declaredLength(request) > maxBytes) {
      refuse();
      return;
    }
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) refuse();
      else chunks.push(chunk);
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", reject);
    request.once("close", () => request.complete || reject(cutOff()));
  });
}

/** In bytes, as the sender says; 0 where it does not. */
export function declaredLength(request: IncomingMessage): number {
  return Number(request.headers["content-length"] ?? 0);
}

/** Lets the sender finish, or at least read the answer, without keeping what it sends. */
export function discardRest(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  timer.unref();
  request.once("end", () => clearTimeout(timer));
  request.once("close", () => clearTimeout(timer));
}

export function cutOff(): AppError {
  return new AppError("BAD_USER_INPUT", "The request ended early.");
}
