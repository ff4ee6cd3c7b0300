/** Apollo Server's protection against cross-site requests, applied before the body is read: Apollo itself sees a request only when its body is parsed. */
import type { IncomingHttpHeaders } from "node:http";
import { HttpFault } from "./http.fault.js";

/** Content types that a web page may send to another site without asking first (Fetch standard, CORS-safelisted). */
const SIMPLE_TYPES: ReadonlySet<string> = new Set([
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "text/plain",
]);

/** Headers that no page can send to another site without asking first. Apollo Server's own list. */
const PREFLIGHT_HEADERS = ["apollo-require-preflight", "x-apollo-operation-name"] as const;

/**
 * GET runs queries only, and pages of other sites can't read the answer. What is left is the work of a query; browsers tell by `Sec-Fetch-Site` where a
 * request comes from, on HTTPS and on loopback. Programs send no such header.
 * @throws HttpFault BAD_REQUEST for a request that a page of any site could make without a preflight request
 */
export function refuseSimpleRequest(method: string, headers: IncomingHttpHeaders): void {
  if (method === "GET" && isOwnSite(headers["sec-fetch-site"])) return;
  const type = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== undefined && type !== "" && !SIMPLE_TYPES.has(type)) return;
  if (PREFLIGHT_HEADERS.some((name) => headers[name] !== undefined && headers[name] !== "")) return;
  throw new HttpFault(
    "BAD_REQUEST",
    400,
    `Refused as a potential Cross-Site Request Forgery (CSRF): send a content-type other than ${[...SIMPLE_TYPES].join(", ")}, or one of the headers ${PREFLIGHT_HEADERS.join(", ")}.`,
  );
}

/** `none` is a person who typed the address. */
function isOwnSite(site: string | string[] | undefined): boolean {
  return site === undefined || site === "same-origin" || site === "none";
}
