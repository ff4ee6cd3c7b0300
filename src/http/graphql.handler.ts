/** One GraphQL request over HTTP, from its raw form to an answer: JSON and multipart requests become operations, Apollo runs them. */
import { anonymousPrincipal, type Principal } from "../accounts/principal.js";
import type { IncomingMessage } from "node:http";
import { HeaderMap } from "@apollo/server";
import { AppError } from "../errors.js";
import type { GraphQLContext } from "../graphql/context.js";
import type { GraphQLService } from "../graphql/graphql.server.js";
import type { CallerCheck } from "./caller.js";
import { operationOf } from "./graphql-upload.js";
import { readForm, type Form } from "./multipart.form.js";
import { readBody } from "./request.body.js";

export interface GraphQLHandlerOptions {
  graphql: GraphQLService;
  createContext: (principal: Principal, signal: AbortSignal) => GraphQLContext;
  checkCaller: CallerCheck;
  maxImageBytes: number;
}

export interface HttpResponse {
  status: number;
  headers: Iterable<[name: string, value: string]>;
  body: string;
}

/** Room for the query and the variables beside a picture. */
const DOCUMENT_BYTES = 1024 * 1024;

const STATUS_OF: Partial<Record<AppError["code"], number>> = { IMAGE_TOO_LARGE: 413, UNAUTHENTICATED: 401 };

/** Never rejects: whatever goes wrong is an answer too. */
export async function handleGraphQL(request: IncomingMessage, options: GraphQLHandlerOptions): Promise<HttpResponse> {
  const { graphql, createContext, checkCaller, maxImageBytes } = options;
  let form: Form | null = null;
  try {
    const method = request.method ?? "GET";
    const search = method === "POST" ? "" : searchOf(request.url ?? "");
    // A browser that opens the page is no caller yet; one that asks by GET is.
    if (method === "POST" || new URLSearchParams(search).has("query")) checkCaller();
    if (method === "POST" && isForm(request))
      form = await readForm(request, { maxFileBytes: maxImageBytes, maxFieldBytes: DOCUMENT_BYTES });
    const operation = form ? operationOf(form) : method === "POST" ? await readJson(request, maxImageBytes) : undefined;
    graphql.checkDocument(queryOf(operation));
    const { status, headers, body } = await graphql.server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers: headersOf(request), search, body: operation },
      context: async () =>
        createContext(anonymousPrincipal(request.socket.remoteAddress ?? ""), new AbortController().signal),
    });
    if (body.kind === "complete") return { status: status ?? 200, headers, body: body.string };
    throw new Error("The schema has no incremental delivery, and an answer came in parts.");
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      status: error instanceof AppError ? (STATUS_OF[error.code] ?? 400) : 500,
      headers: [["content-type", "application/json; charset=utf-8"]],
      body: JSON.stringify({ errors: [graphql.formatError({ message }, error)] }),
    };
  } finally {
    form?.files.forEach(({ file }) => file.release());
  }
}

function isForm({ headers }: IncomingMessage): boolean {
  return headers["content-type"]?.toLowerCase().startsWith("multipart/form-data") ?? false;
}

async function readJson(request: IncomingMessage, maxImageBytes: number): Promise<unknown> {
  // Base64 takes four characters for three bytes.
  const text = (await readBody(request, Math.ceil((maxImageBytes * 4) / 3) + DOCUMENT_BYTES)).toString("utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AppError("BAD_USER_INPUT", "The request body is not JSON.", { cause });
  }
}

function queryOf(operation: unknown): unknown {
  return typeof operation === "object" && operation !== null && "query" in operation ? operation.query : undefined;
}

function searchOf(url: string): string {
  const start = url.indexOf("?");
  return start < 0 ? "" : url.slice(start);
}

function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return headers;
}
