/** The span of each request, which all other spans of its trace are parts of; a caller's trace is gone on with. */
import type { FastifyInstance } from "fastify";
import type { Tracer } from "../tracing/tracer.js";
import { traceParentOf } from "./request.id.js";

export interface RequestTraceOptions {
  tracer: Tracer;
}

/** Names of OpenTelemetry's conventions for HTTP. No query, address or header: they may hold plate numbers and keys. */
export function traceRequests(app: FastifyInstance, { tracer }: RequestTraceOptions): void {
  if (!tracer.records) return;
  app.addHook("onRequest", (request, reply, done) => {
    const { method, record } = request;
    const route = request.routeOptions.url ?? "unknown";
    tracer.serve(traceParentOf(request.headers), `${method} ${route}`, (span) => {
      record.traceId = span.traceId;
      span.set({ "http.request.method": method, "http.route": route, "plategraph.request_id": record.requestId });
      reply.raw.once("close", () => {
        if (reply.raw.writableFinished) span.set({ "http.response.status_code": reply.statusCode });
        else span.fail({ code: "CALLER_GONE" });
        if (reply.statusCode >= 500) span.fail({ code: String(reply.statusCode) });
        if (record.partnerId !== null) span.set({ "plategraph.partner": record.partnerId });
        span.end();
      });
      done();
    });
  });
}
