/** The HTTP server: who may call from where, what is measured, and which routes there are. */
import cors from "@fastify/cors";
import fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import type { Logger } from "../logger.js";
import { graphqlRoute, type GraphQLRouteOptions } from "./graphql.route.js";
import { juheRoutes, type JuheRoutesOptions } from "./juhe.routes.js";
import { operationsRoutes, type OperationsOptions } from "./operations.routes.js";

export interface HttpOptions extends GraphQLRouteOptions, JuheRoutesOptions, OperationsOptions {
  corsOrigins: readonly string[];
  logger: Logger;
}

/** Where Apollo's own Sandbox runs; its pages call the server from the visitor's browser. */
const SANDBOX_ORIGINS = ["https://studio.apollographql.com", "https://sandbox.embed.apollographql.com"];

export async function createHttpServer(options: HttpOptions): Promise<FastifyInstance> {
  const app = fastify({ loggerInstance: options.logger as FastifyBaseLogger, disableRequestLogging: true, forceCloseConnections: "idle" });
  // Every route reads its own body, with bounds of its own, while it streams in.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  await app.register(cors, { origin: [...SANDBOX_ORIGINS, ...options.corsOrigins], maxAge: 600 });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    const labels = { route, method: request.method, status: String(reply.statusCode) };
    options.metrics.httpSeconds.observe(labels, reply.elapsedTime / 1000);
    options.logger.debug({ ...labels, ms: Math.round(reply.elapsedTime) }, "request");
  });
  app.get("/", (_request, reply) => reply.redirect("/graphql"));
  graphqlRoute(app, options);
  juheRoutes(app, options);
  operationsRoutes(app, options);
  return app;
}
