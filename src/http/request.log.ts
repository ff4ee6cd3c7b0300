/** One line of the log for each request, and its count in the metrics, once it is answered or its caller has gone. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics/metrics.js";

export interface RequestLogOptions {
  /** Null for no lines. */
  requestLogger: Logger | null;
  metrics: Metrics;
}

/** The caller went before it was answered; nginx's number for it. */
const CALLER_GONE = 499;
/** Characters of an operation's name that are logged. */
const MAX_NAME = 100;
/** Asked every few seconds by machines: logged at `debug`. */
const PROBES: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);

export function logRequests(app: FastifyInstance, { requestLogger, metrics }: RequestLogOptions): void {
  app.addHook("onRequest", (request, reply, done) => {
    // Also comes when the caller goes first; Fastify's `onResponse` does not.
    reply.raw.once("close", () => {
      const route = request.routeOptions.url ?? "unknown";
      const status = reply.raw.writableFinished ? reply.statusCode : CALLER_GONE;
      const { milliseconds, operation, errorCodes } = request.record;
      metrics.operations.httpRequest(route, request.method, status, milliseconds);
      // The page that a browser opens has neither.
      if (operation !== null || (route === "/graphql" && errorCodes.length > 0))
        metrics.operations.operation({ operation, errorCodes, milliseconds });
      if (requestLogger === null) return;
      const line = lineOf(request, reply, route, status, milliseconds);
      if (PROBES.has(route)) requestLogger.debug(line, "request");
      else requestLogger.info(line, "request");
    });
    done();
  });
}

/** No address, header, variable or query: they may hold plate numbers and keys. */
function lineOf({ method, record }: FastifyRequest, reply: FastifyReply, route: string, status: number, ms: number) {
  return {
    requestId: record.requestId,
    method,
    route,
    status,
    durationMs: Math.round(ms * 100) / 100,
    ...(record.operation !== null && {
      operation: record.operation.name?.slice(0, MAX_NAME) ?? null,
      operationType: record.operation.type,
    }),
    ...(record.partnerId !== null && { partner: record.partnerId }),
    ...(record.traceId !== null && { traceId: record.traceId }),
    ...(record.errorCodes.length > 0 && { errorCodes: record.errorCodes }),
    bytesIn: record.bytesIn,
    bytesOut: Number(reply.getHeader("content-length") ?? 0),
  };
}
