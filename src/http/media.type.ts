/** Which media type a GraphQL answer takes, by the request's `Accept`. */
import Negotiator from "negotiator";

const JSON_TYPE = "application/json";
const GRAPHQL_TYPE = "application/graphql-response+json";

/** The content type of an answer that Apollo Server did not write; JSON where the caller accepts neither. */
export function answerType(accept: string | undefined): string {
  const types = [JSON_TYPE, GRAPHQL_TYPE];
  const preferred = accept === undefined ? undefined : new Negotiator({ headers: { accept } }).mediaType(types);
  return `${preferred ?? JSON_TYPE}; charset=utf-8`;
}

/** Whether a page is wanted rather than data: a browser that opens the address. */
export function prefersPage(method: string, accept: string | undefined): boolean {
  if (method !== "GET" || accept === undefined) return false;
  return new Negotiator({ headers: { accept } }).mediaType([JSON_TYPE, GRAPHQL_TYPE, "text/html"]) === "text/html";
}
