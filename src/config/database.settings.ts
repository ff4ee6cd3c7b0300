/** Settings of the store: the server, its replicas, the connections. */
import { z } from "zod";
import { hasProtocol, listOf, urlOf, wholeNumber, type ValuesOf } from "./setting.values.js";

export interface DatabaseConfig {
  /** Null means the embedded server, which keeps its files in `dataDir`. */
  url: string | null;
  dataDir: string;
  /** Read replicas of the server at `url`. */
  replicaUrls: readonly string[];
  poolSize: number;
  /** Connections for statistics and counts, beside the others. */
  reportPoolSize: number;
  /** How long a database that is not up is waited for at start. */
  waitMs: number;
  /** How long a statement may wait for a connection. */
  connectTimeoutMs: number;
  /** How long a statement may run; 0 means no limit. */
  statementTimeoutMs: number;
}

const PROTOCOLS = ["postgres:", "postgresql:"];

export const DATABASE_SETTINGS = {
  DATABASE_URL: urlOf(PROTOCOLS).optional(),
  DATABASE_POOL_SIZE: wholeNumber(2, 1000).default(10),
  DATABASE_REPORT_POOL_SIZE: wholeNumber(1, 1000).default(2),
  DATABASE_WAIT_SECONDS: wholeNumber(0, 3600).default(30),
  DATABASE_CONNECT_TIMEOUT_MS: wholeNumber(100, 600_000).default(10_000),
  DATABASE_STATEMENT_TIMEOUT_MS: wholeNumber(0, 3_600_000).default(15_000),
  DATABASE_REPLICA_URLS: z
    .string()
    .transform(listOf)
    .refine(
      (urls) => urls.every((url) => hasProtocol(url, PROTOCOLS)),
      "must be comma-separated addresses that begin with postgres:// or postgresql://",
    )
    .default([]),
  DATA_DIR: z.string().default("./data"),
};

export function databaseConfig(env: ValuesOf<typeof DATABASE_SETTINGS>): DatabaseConfig {
  return {
    url: env.DATABASE_URL ?? null,
    dataDir: env.DATA_DIR,
    replicaUrls: env.DATABASE_REPLICA_URLS,
    poolSize: env.DATABASE_POOL_SIZE,
    reportPoolSize: env.DATABASE_REPORT_POOL_SIZE,
    waitMs: env.DATABASE_WAIT_SECONDS * 1000,
    connectTimeoutMs: env.DATABASE_CONNECT_TIMEOUT_MS,
    statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT_MS,
  };
}
