/** Answers to bytes that Node.js can't read as a request, and to requests whose head came too slowly. The connection is closed behind them. */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

const TOO_SLOW = "ERR_HTTP_REQUEST_TIMEOUT";
const TOO_LARGE = "HPE_HEADER_OVERFLOW";

/**
 * For Fastify's `clientErrorHandler`. Fastify's own leaves `Connection: close` out: a client that keeps its connections sends its next request on one that
 * is being closed, and gets no answer to it.
 */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === TOO_SLOW ? 408 : error.code === TOO_LARGE ? 431 : 400;
  const body = JSON.stringify({ error: TEXTS[status] });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "connection: close",
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}

const TEXTS = {
  400: "This is not an HTTP request.",
  408: "The request's head came too slowly.",
  431: "The request's head is larger than 16 KiB.",
} as const;
