/** Turns every fault into what a GraphQL caller sees: a code of the contract, `retryable`, and nothing that is none of their business. */
import { unwrapResolverError } from "@apollo/server/errors";
import { GraphQLError, type ASTNode, type GraphQLFormattedError } from "graphql";
import { v7 as uuidv7 } from "uuid";
import { AppError } from "../errors.js";
import type { Logger } from "../logger.js";

/** What Apollo finds wrong with a request by itself; nothing else of its own is passed on. */
const REQUEST_FAULTS: ReadonlySet<unknown> = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "BAD_USER_INPUT",
  "BAD_REQUEST",
  "OPERATION_RESOLUTION_FAILURE",
  "PERSISTED_QUERY_NOT_FOUND",
  "PERSISTED_QUERY_NOT_SUPPORTED",
]);

/** A fault in an argument, for places where GraphQL itself checks (scalars) and an `AppError` would lose its code. */
export function badUserInput(message: string, node?: ASTNode): GraphQLError {
  return new GraphQLError(message, { nodes: node ?? null, extensions: { code: "BAD_USER_INPUT", retryable: false } });
}

export type ErrorFormatter = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

export function createErrorFormatter(logger: Logger): ErrorFormatter {
  return (formatted, error) => {
    const cause = unwrapResolverError(error);
    if (cause instanceof AppError && cause.code !== "INTERNAL_SERVER_ERROR") {
      return { ...formatted, message: cause.message, extensions: extensionsOf(cause) };
    }
    const code = formatted.extensions?.code;
    if (!(cause instanceof AppError) && REQUEST_FAULTS.has(code)) {
      return { ...formatted, extensions: { code: isValueFault(error) ? "BAD_USER_INPUT" : code, retryable: false } };
    }
    return masked(formatted, cause, logger);
  };
}

export function extensionsOf(error: AppError): Record<string, unknown> {
  const { code, retryable, juhe, retryAfterSeconds } = error;
  return { code, retryable, ...(juhe && { juhe }), ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
}

/** A fault of ours: the caller gets an id to quote, the log gets the rest under that id. */
function masked(formatted: GraphQLFormattedError, cause: unknown, logger: Logger): GraphQLFormattedError {
  const errorId = uuidv7();
  logger.error({ err: cause, errorId, path: formatted.path }, "a request failed through a fault of ours");
  const retryable = cause instanceof AppError && cause.retryable;
  const message = `Something went wrong on our side${retryable ? "; try again in a moment" : ""}. Quote ${errorId} to us.`;
  return { ...formatted, message, extensions: { code: "INTERNAL_SERVER_ERROR", retryable, errorId } };
}

/** A literal of the wrong kind (a bad date, an unknown enum value) is an argument out of range, not a malformed document. */
function isValueFault(error: unknown): boolean {
  return error instanceof GraphQLError && (error.nodes?.[0]?.kind.endsWith("Value") ?? false);
}
