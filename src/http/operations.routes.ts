/** /healthz, /readyz, /metrics: what those who run the server ask it. */
import type { FastifyInstance } from "fastify";
import type { Metrics } from "./metrics.js";

export interface OperationsOptions {
  metrics: Metrics;
  /** Rejects while a recognition could not be served. */
  checkReady: () => Promise<void>;
}

export function operationsRoutes(app: FastifyInstance, { metrics, checkReady }: OperationsOptions): void {
  app.get("/healthz", () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    try {
      await checkReady();
      return { status: "ready" };
    } catch {
      return reply.code(503).send({ status: "not ready" });
    }
  });
  app.get("/metrics", async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}
