/**
 * Runs operations as compiled functions (graphql-jit) instead of walking their documents: field by field, graphql-js costs several times the
 * statement itself. What the compiler can't take, and whatever is wrong with the variables, goes the ordinary way.
 */
import { HeaderMap, type ApolloServerPlugin, type GraphQLResponse } from "@apollo/server";
import type { DocumentNode, ExecutionResult, GraphQLError, GraphQLFormattedError, GraphQLSchema } from "graphql";
import { compileQuery, isCompiledQuery, type CompiledQuery } from "graphql-jit";
import type { GraphQLContext } from "./context.js";
import type { ErrorFormatter } from "./graphql.errors.js";

export function compiledExecution(formatError: ErrorFormatter): ApolloServerPlugin<GraphQLContext> {
  const operations = new CompiledOperations();
  return {
    requestDidStart: async () => ({
      responseForOperation: async ({ schema, document, operationName, request, contextValue }) => {
        const compiled = operations.find(schema, document, operationName);
        if (compiled === null) return null;
        const result = (await compiled.query(undefined, contextValue, request.variables ?? {})) as ExecutionResult;
        // Nothing ran: the variables don't fit. The ordinary way says so in its own words.
        if (result.data === undefined) return null;
        return responseOf(result, formatError);
      },
    }),
  };
}

class CompiledOperations {
  /** By document, as Apollo keeps them; null for one that is seen for the first time or can't be compiled. */
  private readonly known = new WeakMap<DocumentNode, Map<string | null, CompiledQuery | null | "seen">>();

  /** Compiling costs as much as some dozen ordinary runs, so a document is compiled when it comes back. */
  find(schema: GraphQLSchema, document: DocumentNode, operationName: string | null): CompiledQuery | null {
    let byName = this.known.get(document);
    if (byName === undefined) this.known.set(document, (byName = new Map<string | null, CompiledQuery | null>()));
    const known = byName.get(operationName);
    if (known === undefined) {
      byName.set(operationName, "seen");
      return null;
    }
    if (known !== "seen") return known;
    const compiled = compile(schema, document, operationName);
    byName.set(operationName, compiled);
    return compiled;
  }
}

function compile(schema: GraphQLSchema, document: DocumentNode, operationName: string | null): CompiledQuery | null {
  const compiled = compileQuery(schema, document, operationName ?? "", {
    // Rows come in the wire format: enums by name, times as text.
    disableLeafSerialization: true,
  });
  return isCompiledQuery(compiled) ? compiled : null;
}

function responseOf({ data = null, errors }: ExecutionResult, formatError: ErrorFormatter): GraphQLResponse {
  const singleResult =
    errors === undefined ? { data } : { data, errors: errors.map((error) => formatted(error, formatError)) };
  return { http: { headers: new HeaderMap() }, body: { kind: "single", singleResult } };
}

/** As Apollo itself hands errors to the formatter. */
function formatted(error: GraphQLError, formatError: ErrorFormatter): GraphQLFormattedError {
  return formatError({ ...error.toJSON(), extensions: { code: "INTERNAL_SERVER_ERROR", ...error.extensions } }, error);
}
