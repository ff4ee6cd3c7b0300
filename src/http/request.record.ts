/** What the log, the metrics and the traces tell of one request. It is filled while the request is served. */
import { REQUEST_ID_HEADER, requestIdOf } from "./request.id.js";
import type { FastifyInstance } from "fastify";

declare module "fastify" {
  interface FastifyRequest {
    record: RequestRecord;
  }
}

/** Different codes that are kept of one request. */
const MAX_CODES = 10;

export class RequestRecord {
  /** Whether GraphQL has begun with it. */
  begun = false;
  /** The operation of a GraphQL document that is valid. */
  operation: { name: string | null; type: string } | null = null;
  /** Null until the caller is known. */
  partnerId: string | null = null;
  /** Of a trace that is recorded. */
  traceId: string | null = null;
  /** Of its body, as far as it was read. */
  bytesIn = 0;
  /** Of the errors in the answer, each once. */
  readonly errorCodes: string[] = [];
  private readonly started = performance.now();

  constructor(readonly requestId: string) {}

  /** So far. */
  get milliseconds(): number {
    return performance.now() - this.started;
  }

  addCode(code: unknown): void {
    if (typeof code !== "string" || this.errorCodes.includes(code) || this.errorCodes.length === MAX_CODES) return;
    this.errorCodes.push(code);
  }
}

/** Gives each request its record, and its id to the answer. */
export function recordRequests(app: FastifyInstance): void {
  app.decorateRequest("record");
  app.addHook("onRequest", (request, reply, done) => {
    request.record = new RequestRecord(requestIdOf(request.headers));
    reply.header(REQUEST_ID_HEADER, request.record.requestId);
    done();
  });
}
