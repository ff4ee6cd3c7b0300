/** /graphql: a request becomes an operation once its caller is let in, Apollo Server runs it, and every answer takes the media type asked for. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GraphQLError } from "graphql";
import { HeaderMap, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from "@apollo/server";
import type { Admission } from "../accounts/admission.js";
import type { Principal } from "../accounts/principal.js";
import type { GraphQLContext } from "../graphql/context.js";
import type { GraphQLService } from "../graphql/graphql.server.js";
import { formatLogPosition, parseLogPosition, type LogPosition } from "../database/log.position.js";
import { discardRest } from "./body.receiver.js";
import { admitRequest } from "./caller.js";
import { withRequestId } from "./early.errors.js";
import type { ExplorerAssets } from "./explorer.assets.js";
import { sendSandboxPage } from "./explorer.routes.js";
import { Exchange, type ExchangeLimits } from "./exchange.js";
import { operationOf } from "./graphql.form.js";
import { headersOf, HttpFault, statusOf } from "./http.fault.js";
import { readJson } from "./json.body.js";
import { answerType, prefersPage } from "./media.type.js";
import { isForm, readForm } from "./multipart.form.js";
import { refuseSimpleRequest } from "./preflight.check.js";
import type { RequestRecord } from "./request.record.js";
import type { SiteGuard } from "./site.guard.js";
import type { Tracer } from "../tracing/tracer.js";

/** The answer to a mutation carries it where there are replicas; a request that sends it back, to any server, reads where that position is replayed. */
export const POSITION_HEADER = "x-plategraph-position";

export interface GraphQLRouteOptions extends ExchangeLimits {
  tracer: Tracer;
  graphql: GraphQLService;
  /** @param since reads see everything up to this position of the database's log */
  createContext: (principal: Principal, exchange: Exchange, since: LogPosition) => GraphQLContext;
  /** The position after the principal's last write; null where no replica could be behind it. */
  positionOf: (principal: Principal) => LogPosition | null;
  checkSite: SiteGuard;
  explorer: ExplorerAssets;
  admission: Admission;
  maxImageBytes: number;
}

/** Room for the document and the variables beside a photo. */
const DOCUMENT_BYTES = 1024 * 1024;

export function graphqlRoute(app: FastifyInstance, options: GraphQLRouteOptions): void {
  app.all("/graphql", async (request, reply) => {
    const exchange = new Exchange(options.budget, reply);
    try {
      return await answer(request, reply, exchange, options);
    } catch (error) {
      discardRest(request.raw);
      const message = error instanceof Error ? error.message : String(error);
      const extensions = error instanceof GraphQLError ? { extensions: error.extensions } : {};
      const type = answerType(request.headers.accept);
      const formatted = options.graphql.formatError({ message, ...extensions }, error, exchange.record.requestId);
      exchange.record.addCode(formatted.extensions?.code);
      const text = JSON.stringify({ errors: [formatted] });
      // A GraphQL error refuses a request that is well-formed.
      const status = error instanceof GraphQLError ? requestErrorStatus(type) : statusOf(error);
      return reply.code(status).headers(headersOf(error)).type(type).send(text);
    }
  });
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  exchange: Exchange,
  options: GraphQLRouteOptions,
): Promise<FastifyReply> {
  const { method, headers, raw } = request;
  const { share, record } = exchange;
  options.checkSite(request);
  if (method !== "GET" && method !== "POST") {
    throw new HttpFault("BAD_REQUEST", 405, "GraphQL is served by GET and POST.", { allow: "GET, POST" });
  }
  // A browser that opens the page is not a caller yet. Its query, if any, does not run.
  if (prefersPage(method, headers.accept)) return sendSandboxPage(reply, options.explorer);
  refuseSimpleRequest(method, headers);
  const principal = await admitRequest(options.admission, request, reply);
  record.partnerId = principal.partnerId;
  share.assignTo(principal.partnerId);
  const { documents, persistedQueries } = options.graphql;
  const sent = method === "POST" ? documents.inBody(await readOperation(request, exchange, options)) : undefined;
  options.graphql.checkDocument(queryOf(sent));
  const operation = persistedQueries.inBody(sent, principal);
  const since = positionIn(request);
  const {
    status,
    headers: answerHeaders,
    body,
  } = await traced(options.tracer, record, () =>
    options.graphql.server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method,
        headers: headerMap(request),
        search:
          method === "GET" ? persistedQueries.inSearch(documents.inSearch(searchOf(raw.url ?? "")), principal) : "",
        body: operation,
      } satisfies HTTPGraphQLRequest,
      context: async () => options.createContext(principal, exchange, since),
    }),
  );
  const text = withRequestId(completeText(body), answerHeaders.get("content-type"), record);
  // Two bytes a character: what V8 holds of a text that is not ASCII.
  share.add(2 * text.length);
  const position = options.positionOf(principal);
  if (position !== null) reply.header(POSITION_HEADER, formatLogPosition(position));
  reply.code(isRequestError(status, answerHeaders.get("content-type"), text) ? 200 : (status ?? 200));
  for (const [name, value] of answerHeaders) reply.header(name, value);
  // As text: made to bytes first, an answer of 15 KB cost Fastify 297 µs instead of 207.
  return reply.send(text);
}

/** Runs the operation in a span of its own, named by its type and name. Its document is not told: it may hold plate numbers. */
function traced(
  tracer: Tracer,
  record: RequestRecord,
  run: () => Promise<HTTPGraphQLResponse>,
): Promise<HTTPGraphQLResponse> {
  if (!tracer.records) return run();
  return tracer.span("GraphQL", "internal", {}, async (span) => {
    const answer = await run();
    if (record.operation !== null) {
      const { type, name } = record.operation;
      span.rename(name === null ? type : `${type} ${name}`);
      span.set({ "graphql.operation.type": type, ...(name !== null && { "graphql.operation.name": name }) });
    }
    if (record.errorCodes[0] !== undefined) span.fail({ code: record.errorCodes[0] });
    return answer;
  });
}

async function readOperation(
  request: FastifyRequest,
  exchange: Exchange,
  options: GraphQLRouteOptions,
): Promise<unknown> {
  try {
    return await readBody(request, exchange, options);
  } finally {
    exchange.record.bytesIn = exchange.share.held;
  }
}

async function readBody(
  { raw }: FastifyRequest,
  { share }: Exchange,
  { maxImageBytes, bodyTimeoutMs }: GraphQLRouteOptions,
): Promise<unknown> {
  const limits = { share, timeoutMs: bodyTimeoutMs };
  if (isForm(raw)) {
    const form = await readForm(raw, {
      ...limits,
      maxBytes: maxImageBytes + 2 * DOCUMENT_BYTES,
      maxFileBytes: maxImageBytes,
      maxFieldBytes: DOCUMENT_BYTES,
    });
    return operationOf(form);
  }
  // Base64 takes four characters for three bytes.
  return await readJson(raw, { ...limits, maxBytes: Math.ceil((maxImageBytes * 4) / 3) + DOCUMENT_BYTES });
}

function queryOf(operation: unknown): unknown {
  return typeof operation === "object" && operation !== null && "query" in operation ? operation.query : undefined;
}

function completeText(body: HTTPGraphQLResponse["body"]): string {
  if (body.kind === "complete") return body.string;
  throw new Error("The schema has no incremental delivery, but the answer came in parts.");
}

/** Errors of a well-formed request, found before it ran. */
const REQUEST_ERRORS: ReadonlySet<unknown> = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "OPERATION_RESOLUTION_FAILURE",
  "BAD_USER_INPUT",
]);

/**
 * Answers as `application/json` have status 200 for a well-formed request that GraphQL refuses, because proxies answer in that type too and a client could not
 * tell their errors apart (GraphQL over HTTP, 6.4.1). As `application/graphql-response+json` they have 400.
 */
function isRequestError(status: number | undefined, contentType: string | undefined, text: string): boolean {
  if (status !== 400 || contentType === undefined || requestErrorStatus(contentType) !== 200) return false;
  const { data, errors = [] } = JSON.parse(text) as { data?: unknown; errors?: { extensions?: { code?: unknown } }[] };
  return (
    data === undefined && errors.length > 0 && errors.every(({ extensions }) => REQUEST_ERRORS.has(extensions?.code))
  );
}

function requestErrorStatus(contentType: string): number {
  return contentType.startsWith("application/json") ? 200 : 400;
}

function positionIn({ headers }: FastifyRequest): LogPosition {
  const text = headers[POSITION_HEADER];
  if (text === undefined) return 0;
  const position = typeof text === "string" ? parseLogPosition(text) : null;
  if (position !== null) return position;
  throw new HttpFault(
    "BAD_REQUEST",
    400,
    `${POSITION_HEADER} must be a position that this server gave out, such as 0/16B3748.`,
  );
}

function searchOf(url: string): string {
  const start = url.indexOf("?");
  return start < 0 ? "" : url.slice(start);
}

function headerMap({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return map;
}
