/** Runs the rate limiter's statements on TypeORM's connections. */
import type { DataSource } from "typeorm";
import type { RateLimitClient } from "../rate.limiter.js";

export function rateLimitClient(dataSource: DataSource): RateLimitClient {
  return {
    query: async ({ text, values }) => ({ rows: await dataSource.query<unknown[]>(text, values) }),
  };
}
