/** /healthz, /readyz and /metrics, for those who run the server. */
import type { FastifyInstance } from "fastify";
import type { Metrics } from "../metrics/metrics.js";

export interface HealthOptions {
  metrics: Metrics;
  /** Rejects while a recognition could not be served. */
  checkReady: () => Promise<void>;
  /** Null where the vendor is not set up. */
  vendor: { readonly isAsked: boolean } | null;
}

export function healthRoutes(app: FastifyInstance, { metrics, checkReady, vendor }: HealthOptions): void {
  app.get("/healthz", () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    try {
      await checkReady();
      // A vendor that is down does not take the server out of service: what is stored can be read.
      return { status: "ready", ...(vendor !== null && { vendor: vendor.isAsked ? "up" : "down" }) };
    } catch {
      return reply.code(503).send({ status: "not ready" });
    }
  });
  app.get("/metrics", async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}
