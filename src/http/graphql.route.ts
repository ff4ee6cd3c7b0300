/** /graphql: JSON and multipart requests become operations, Apollo runs them, its answers go out as they are. */
import { HeaderMap, type HTTPGraphQLResponse } from "@apollo/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../errors.js";
import type { GraphQLContext } from "../graphql/context.js";
import type { GraphQLService } from "../graphql/graphql.server.js";
import type { CallerCheck } from "./caller.js";
import { operationOf } from "./graphql-upload.js";
import { readForm } from "./multipart.form.js";
import { readBody } from "./request.body.js";

export interface GraphQLRouteOptions {
  graphql: GraphQLService;
  /** @param caller tells callers apart who read what they wrote: an address */
  createContext: (caller: string) => GraphQLContext;
  checkCaller: CallerCheck;
  maxImageBytes: number;
}

/** Room for the query and the variables beside a picture. */
const DOCUMENT_BYTES = 1024 * 1024;

const STATUS_OF: Partial<Record<AppError["code"], number>> = { IMAGE_TOO_LARGE: 413, UNAUTHENTICATED: 401 };

export function graphqlRoute(app: FastifyInstance, options: GraphQLRouteOptions): void {
  const { graphql, createContext, checkCaller, maxImageBytes } = options;
  app.route({
    method: ["GET", "POST"],
    url: "/graphql",
    handler: async (request, reply) => {
      try {
        // A browser that opens the page is no caller yet; one that asks by GET is.
        if (request.method === "POST" || (request.query as Record<string, unknown>).query !== undefined) checkCaller();
        const body = request.method === "POST" ? await readOperation(request, maxImageBytes) : undefined;
        const response = await graphql.server.executeHTTPGraphQLRequest({
          httpGraphQLRequest: {
            method: request.method,
            headers: headersOf(request),
            search: new URL(request.url, "http://localhost").search,
            body,
          },
          context: async () => createContext(request.ip),
        });
        return await send(reply, response);
      } catch (error) {
        const status = error instanceof AppError ? (STATUS_OF[error.code] ?? 400) : 500;
        const message = error instanceof Error ? error.message : String(error);
        return reply.code(status).send({ errors: [graphql.formatError({ message }, error)] });
      }
    },
  });
}

async function readOperation(request: FastifyRequest, maxImageBytes: number): Promise<unknown> {
  if (request.headers["content-type"]?.toLowerCase().startsWith("multipart/form-data")) {
    return operationOf(await readForm(request.raw, { maxFileBytes: maxImageBytes, maxFieldBytes: DOCUMENT_BYTES }));
  }
  // Base64 takes four characters for three bytes.
  const text = (await readBody(request.raw, Math.ceil((maxImageBytes * 4) / 3) + DOCUMENT_BYTES)).toString("utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AppError("BAD_USER_INPUT", "The request body is not JSON.", { cause });
  }
}

function headersOf(request: FastifyRequest): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return headers;
}

async function send(reply: FastifyReply, response: HTTPGraphQLResponse): Promise<FastifyReply> {
  reply.code(response.status ?? 200);
  for (const [name, value] of response.headers) reply.header(name, value);
  if (response.body.kind === "complete") return reply.send(response.body.string);
  throw new Error("The schema has no incremental delivery, and an answer came in parts.");
}
