/** /healthz, /readyz and /metrics, for those who run the server. */
import type { FastifyInstance } from "fastify";
import type { Metrics } from "./metrics.js";

export interface HealthOptions {
  metrics: Metrics;
  /** Rejects while a recognition could not be served. */
  checkReady: () => Promise<void>;
}

export function healthRoutes(app: FastifyInstance, { metrics, checkReady }: HealthOptions): void {
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
