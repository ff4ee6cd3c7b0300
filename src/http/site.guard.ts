/** Refuses requests that a web page of another site makes: by `Host` (DNS rebinding) and by `Origin` (cross-site requests). */
import { isIP } from "node:net";
import type { FastifyRequest } from "fastify";
import { AppError } from "../errors.js";

export interface SiteGuardOptions {
  /** Names (without port) that `Host` may hold besides loopback names and addresses. */
  allowedHosts: readonly string[];
  /** Whether the server listens on a loopback address. Elsewhere `Host` is checked only where `allowedHosts` says what it may be. */
  loopback: boolean;
  /** Origins of frontends on other hosts. */
  allowedOrigins: readonly string[];
}

/** @throws AppError FORBIDDEN */
export type SiteGuard = (request: FastifyRequest) => void;

export function siteGuard({ allowedHosts, loopback, allowedOrigins }: SiteGuardOptions): SiteGuard {
  const hosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
  const origins = new Set(allowedOrigins);
  const checksHost = loopback || hosts.size > 0;
  return ({ headers: { host = "", origin } }) => {
    if (checksHost) {
      const name = hostName(host);
      if (!isLoopbackName(name) && !hosts.has(name)) {
        throw new AppError(
          "FORBIDDEN",
          "This server does not answer for the host that the request names. Its operator adds names with ALLOWED_HOSTS.",
        );
      }
    }
    if (origin !== undefined && !origins.has(origin) && !isSameHost(origin, host)) {
      throw new AppError(
        "FORBIDDEN",
        "Pages of this origin may not call the server. Its operator adds origins with CORS_ORIGINS.",
      );
    }
  };
}

/** `Host` without its port and brackets, in lower case. */
function hostName(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d*$/, "")
    .replace(/^\[(.*)\]$/, "$1");
}

/** `localhost`, 127.0.0.0/8 or `::1`: what a browser sends to this machine when no foreign name led it there. */
export function isLoopbackName(name: string): boolean {
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}

/** Schemes are not compared: a proxy in front of the server may speak HTTPS. */
function isSameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
