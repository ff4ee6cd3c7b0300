/** The HTTP server: its limits, which sites may call it, what is measured, and which routes there are. */
import type { Socket } from "node:net";
import cors from "@fastify/cors";
import fastify, { type FastifyError, type FastifyInstance } from "fastify";
import type { Logger } from "../logger.js";
import { limitAnswerTime } from "./exchange.js";
import { RATE_LIMIT_HEADERS } from "./caller.js";
import { explorerRoutes, type ExplorerOptions } from "./explorer.routes.js";
import { POSITION_HEADER, graphqlRoute, type GraphQLRouteOptions } from "./graphql.route.js";
import { healthRoutes, type HealthOptions } from "./health.routes.js";
import { juheRoutes, type JuheRoutesOptions } from "./juhe.routes.js";
import { REQUEST_ID_HEADER } from "./request.id.js";
import { logRequests, type RequestLogOptions } from "./request.log.js";
import { recordRequests } from "./request.record.js";
import { answerUnreadable } from "./unreadable.requests.js";
import { traceRequests, type RequestTraceOptions } from "./request.trace.js";

export interface HttpOptions
  extends
    GraphQLRouteOptions,
    JuheRoutesOptions,
    HealthOptions,
    RequestLogOptions,
    RequestTraceOptions,
    ExplorerOptions {
  allowedOrigins: readonly string[];
  /** Milliseconds that a caller may take to read an answer. */
  answerTimeoutMs: number;
  maxConnections: number;
  /** Addresses and networks whose `X-Forwarded-For` says who calls; from anybody else the header is ignored. */
  trustedProxies: readonly string[];
  logger: Logger;
}

/** Where Apollo's own Sandbox runs; its pages call the server from the visitor's browser. */
export const SANDBOX_ORIGINS = ["https://studio.apollographql.com", "https://sandbox.embed.apollographql.com"];

/** Milliseconds until the headers of a request must be complete, from its first byte or, on a new connection, from its opening. */
const HEADERS_TIMEOUT_MS = 10_000;
/** Milliseconds that a connection is kept for a next request. */
const KEEP_ALIVE_MS = 30_000;
/** Requests that one connection may have in flight. Common clients send one at a time. */
const MAX_PIPELINED = 8;
/** How often Node.js looks for connections whose time has run out, in milliseconds. */
const CHECK_EVERY_MS = 2_000;

export async function createHttpServer(options: HttpOptions): Promise<FastifyInstance> {
  const app = fastify({
    // Fastify's own log writes two lines for each request, with its address.
    logger: false,
    trustProxy: options.trustedProxies.length > 0 && [...options.trustedProxies],
    forceCloseConnections: "idle",
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Routes limit the time of a body themselves, and answer; this covers requests that no route reads.
    requestTimeout: options.bodyTimeoutMs + HEADERS_TIMEOUT_MS,
    clientErrorHandler: answerUnreadable,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: CHECK_EVERY_MS },
  });
  app.server.maxConnections = options.maxConnections;
  // Each route reads its own body, with limits of its own, while it arrives.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  recordRequests(app);
  logRequests(app, options);
  await app.register(cors, {
    origin: [...options.allowedOrigins],
    maxAge: 600,
    exposedHeaders: [...RATE_LIMIT_HEADERS, "retry-after", POSITION_HEADER, REQUEST_ID_HEADER],
  });
  limitPipelining(app);
  // A request that waits for the one before it on its connection is not traced yet: what runs here runs as a part of its span.
  traceRequests(app, options);
  // A connection whose request is in flight when the server stops would be kept alive afterwards and delay the stop.
  let closing = false;
  app.addHook("preClose", async () => {
    closing = true;
  });
  // With callbacks: a promise for each hook of each request costs a turn of the microtask queue.
  app.addHook("onSend", (_request, reply, _payload, done) => {
    if (closing) reply.header("connection", "close");
    limitAnswerTime(reply, options.answerTimeoutMs);
    done();
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    const { requestId } = request.record;
    const route = request.routeOptions.url;
    if (status >= 500)
      options.logger.error({ err: error, requestId, route }, "a request failed through a fault of ours");
    return reply.code(status).send({
      error: status >= 500 ? "Something went wrong on our side." : error.message,
      requestId,
    });
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({
      error: `There is nothing at ${request.method} ${request.url}; GraphQL is at /graphql.`,
      requestId: request.record.requestId,
    }),
  );
  app.get("/", (_request, reply) => reply.redirect("/graphql"));
  graphqlRoute(app, options);
  explorerRoutes(app, options);
  juheRoutes(app, options);
  healthRoutes(app, options);
  return app;
}

/**
 * Runs the requests of a connection one after the other, as they are answered; Node.js would run all requests of a pipeline at once. A caller that does
 * not read an answer has no further request run. A connection with more than `MAX_PIPELINED` requests is closed.
 */
function limitPipelining(app: FastifyInstance): void {
  /** Of each connection, how the requests after the one that runs go on. */
  const pipelines = new WeakMap<Socket, (() => void)[]>();
  app.addHook("onRequest", ({ socket }, reply, done) => {
    const waiting = pipelines.get(socket);
    // Nobody reads an answer once the connection is closed.
    const run = (): void => {
      if (socket.destroyed) reply.hijack();
      done();
    };
    reply.raw.once("close", () => {
      const next = pipelines.get(socket)?.shift();
      if (next === undefined) pipelines.delete(socket);
      else next();
    });
    if (waiting === undefined) {
      pipelines.set(socket, []);
      done();
    } else if (waiting.length + 1 < MAX_PIPELINED) waiting.push(run);
    else {
      socket.destroy();
      run();
    }
  });
}

/** Answers what is in flight, then closes; connections still open when `hurry` is aborted are closed with their requests unanswered. */
export async function closeHttpServer(app: FastifyInstance, hurry: AbortSignal): Promise<void> {
  const closeAll = (): void => app.server.closeAllConnections();
  if (hurry.aborted) closeAll();
  hurry.addEventListener("abort", closeAll, { once: true });
  await app.close().finally(() => hurry.removeEventListener("abort", closeAll));
}
