/** The HTTP server: who may call from where, what is measured, and which routes there are. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import cors from "@fastify/cors";
import fastify, { type FastifyError, type FastifyInstance } from "fastify";
import type { Logger } from "../logger.js";
import type { GraphQLHandlerOptions } from "./graphql.handler.js";
import { answerStraight, graphqlRoute, takesStraightWay } from "./graphql.route.js";
import { juheRoutes, type JuheRoutesOptions } from "./juhe.routes.js";
import { healthRoutes, type HealthOptions } from "./health.routes.js";

export interface HttpOptions extends GraphQLHandlerOptions, JuheRoutesOptions, HealthOptions {
  corsOrigins: readonly string[];
  logger: Logger;
}

/** Where Apollo's own Sandbox runs; its pages call the server from the visitor's browser. */
const SANDBOX_ORIGINS = ["https://studio.apollographql.com", "https://sandbox.embed.apollographql.com"];

export async function createHttpServer(options: HttpOptions): Promise<FastifyInstance> {
  // A kept-alive connection whose request was in flight when the stop began would hold the stop up until it times out.
  let closing = false;
  const app = fastify({
    // Fastify's own log would write two lines a request; what matters of them is in the metrics.
    logger: false,
    forceCloseConnections: "idle",
    serverFactory: (handler) =>
      createServer((request, response) => {
        if (takesStraightWay(request)) void straight(request, response);
        else handler(request, response);
      }),
  });
  const straight = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started = performance.now();
    const status = await answerStraight(request, response, options, closing);
    options.metrics.httpRequest("/graphql", "POST", status, performance.now() - started);
  };
  // Every route reads its own body, with bounds of its own, while it streams in.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  await app.register(cors, { origin: [...SANDBOX_ORIGINS, ...options.corsOrigins], maxAge: 600 });
  app.addHook("preClose", async () => {
    closing = true;
  });
  app.addHook("onSend", async (_request, reply) => {
    if (closing) reply.header("connection", "close");
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    options.metrics.httpRequest(route, request.method, reply.statusCode, reply.elapsedTime);
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500)
      options.logger.error({ err: error, url: request.url }, "a request failed through a fault of ours");
    return reply.code(status).send({ error: status >= 500 ? "Something went wrong on our side." : error.message });
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `There is nothing at ${request.method} ${request.url}; GraphQL is at /graphql.` }),
  );
  app.get("/", (_request, reply) => reply.redirect("/graphql"));
  graphqlRoute(app, options);
  juheRoutes(app, options);
  healthRoutes(app, options);
  return app;
}
