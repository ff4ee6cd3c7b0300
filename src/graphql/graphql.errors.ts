/** Turns every error into what a GraphQL caller sees: a code of the contract, `retryable`, and no internals. */
import { GraphQLError, type ASTNode, type GraphQLFormattedError } from "graphql";
import { v7 as uuidv7 } from "uuid";
import { AppError } from "../errors.js";
import type { Logger } from "../logger.js";
import { tooManyTokens } from "./limits/document.tokens.js";
import type { RequestIds } from "./operation.record.js";

/** Codes that Apollo Server gives to faulty requests; its other codes are not passed on. */
const REQUEST_FAULTS: ReadonlySet<unknown> = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "BAD_USER_INPUT",
  "BAD_REQUEST",
  "OPERATION_RESOLUTION_FAILURE",
  "PERSISTED_QUERY_NOT_FOUND",
  "PERSISTED_QUERY_NOT_SUPPORTED",
]);

/** Messages of graphql-js quote whole values; longer ones are cut. In UTF-16 units. */
const MAX_MESSAGE = 400;

/** What graphql-js says of an argument that is null or missing through a variable. It gives no code. */
const ARGUMENT_FAULT = /^Argument "\w+" (of required type|of non-null type|has invalid value)/;

/** A fault in an argument, for places where GraphQL itself checks (scalars) and an `AppError` would lose its code. */
export function badUserInput(message: string, node?: ASTNode): GraphQLError {
  return new GraphQLError(message, { nodes: node ?? null, extensions: { code: "BAD_USER_INPUT", retryable: false } });
}

/** @param requestId of an error that no operation ran into */
export type ErrorFormatter = (
  formatted: GraphQLFormattedError,
  error: unknown,
  requestId?: string,
) => GraphQLFormattedError;

export function createErrorFormatter(logger: Logger, maxTokens: number, requestIds: RequestIds): ErrorFormatter {
  const format = formatterWithoutId(logger, maxTokens);
  return (formatted, error, given) => {
    const requestId = given ?? (error instanceof Error ? requestIds.get(error) : undefined);
    const { extensions, ...told } = format(formatted, error, requestId);
    return { ...told, extensions: { ...extensions, ...(requestId !== undefined && { requestId }) } };
  };
}

function formatterWithoutId(logger: Logger, maxTokens: number): ErrorFormatter {
  return (formatted, error, requestId) => {
    const cause = tooManyTokens(error, maxTokens) ?? causeOf(error);
    if (cause instanceof AppError && cause.code !== "INTERNAL_SERVER_ERROR") {
      return { ...formatted, message: cause.message, extensions: extensionsOf(cause) };
    }
    const code = cause instanceof AppError ? null : requestFaultOf(error, formatted.extensions?.code);
    if (code !== null) {
      return { ...formatted, message: cut(formatted.message), extensions: { code, retryable: false } };
    }
    return masked(formatted, cause, logger, requestId ?? uuidv7());
  };
}

export function extensionsOf(error: AppError): Record<string, unknown> {
  return {
    code: error.code,
    retryable: error.retryable,
    ...error.details,
    ...(error.retryAfterSeconds !== undefined && { retryAfterSeconds: error.retryAfterSeconds }),
    ...(error.juhe && { juhe: error.juhe }),
  };
}

/** What a resolver or a plugin threw; graphql-js wraps it to add the place. */
function causeOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError !== undefined) cause = cause.originalError;
  return cause;
}

/** The code of an error that the request itself causes; null for any other. */
function requestFaultOf(error: unknown, code: unknown): string | null {
  if (typeof code === "string" && REQUEST_FAULTS.has(code)) return isValueFault(error) ? "BAD_USER_INPUT" : code;
  if (isArgumentFault(causeOf(error))) return "BAD_USER_INPUT";
  return isUncodedRefusal(causeOf(error)) ? "BAD_REQUEST" : null;
}

/** Apollo Server refuses some persisted queries (unknown version, wrong hash) with a status and no code. */
function isUncodedRefusal(error: unknown): boolean {
  if (!(error instanceof GraphQLError) || error.extensions.code !== undefined) return false;
  const { http } = error.extensions as { http?: { status?: number } };
  return http?.status === 400;
}

/** A literal of the wrong kind (a bad date, an unknown enum value) is an argument out of range, not a malformed document. */
function isValueFault(error: unknown): boolean {
  return error instanceof GraphQLError && (error.nodes?.[0]?.kind.endsWith("Value") ?? false);
}

/** graphql-js reports these as GraphQL errors of their own, while it executes. */
function isArgumentFault(error: unknown): boolean {
  return error instanceof GraphQLError && ARGUMENT_FAULT.test(error.message);
}

/** The caller gets the request's id to quote; the log gets the rest under that id. */
function masked(
  formatted: GraphQLFormattedError,
  cause: unknown,
  logger: Logger,
  requestId: string,
): GraphQLFormattedError {
  logger.error({ err: cause, requestId, path: formatted.path }, "a request failed through a fault of the server");
  const retryable = cause instanceof AppError && cause.retryable;
  const message = `Something went wrong on our side${retryable ? "; try again in a moment" : ""}. Quote ${requestId} to us.`;
  return { ...formatted, message, extensions: { code: "INTERNAL_SERVER_ERROR", retryable, requestId } };
}

function cut(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`;
}
