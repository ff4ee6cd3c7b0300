/** Settings of the HTTP server: where it listens, who may reach it, what a connection may hold. */
import { z } from "zod";
import { hostList, isLoopback, MIB, originList, proxyList, wholeNumber, type ValuesOf } from "./setting.values.js";

export interface HttpConfig {
  host: string;
  port: number;
  /** Whether `host` is a loopback address. */
  loopback: boolean;
  corsOrigins: readonly string[];
  /** Names that `Host` may hold besides loopback ones. */
  allowedHosts: readonly string[];
  /** Bytes of all request bodies and answers in flight together. */
  maxBytesInFlight: number;
  maxConnections: number;
  /** How long a request body may take to arrive. */
  bodyTimeoutMs: number;
  /** How long a caller may take to read an answer. */
  answerTimeoutMs: number;
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[];
}

export const HTTP_SETTINGS = {
  HOST: z.string().default("127.0.0.1"),
  PORT: wholeNumber(0, 65_535).default(4000),
  CORS_ORIGINS: originList.default([]),
  ALLOWED_HOSTS: hostList.default([]),
  TRUSTED_PROXIES: proxyList.default([]),
  MAX_BODY_BYTES_IN_FLIGHT: wholeNumber(MIB, 1024 * 1024 * MIB).default(256 * MIB),
  MAX_CONNECTIONS: wholeNumber(1, 1_000_000).default(2000),
  BODY_TIMEOUT_MS: wholeNumber(100, 3_600_000).default(60_000),
  ANSWER_TIMEOUT_MS: wholeNumber(100, 3_600_000).default(30_000),
};

export function httpConfig(env: ValuesOf<typeof HTTP_SETTINGS>): HttpConfig {
  return {
    host: env.HOST,
    port: env.PORT,
    loopback: isLoopback(env.HOST),
    corsOrigins: env.CORS_ORIGINS,
    allowedHosts: env.ALLOWED_HOSTS,
    maxBytesInFlight: env.MAX_BODY_BYTES_IN_FLIGHT,
    maxConnections: env.MAX_CONNECTIONS,
    bodyTimeoutMs: env.BODY_TIMEOUT_MS,
    answerTimeoutMs: env.ANSWER_TIMEOUT_MS,
    trustedProxies: env.TRUSTED_PROXIES,
  };
}
