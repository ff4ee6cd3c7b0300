/** Apollo Server over the schema: limits on operations, no telemetry, CSRF prevention on, one formatter for errors. */
import { ApolloServer, type ApolloServerPlugin } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import type { GraphQLSchema } from "graphql";
import type { OperationLimits } from "../config/operation.settings.js";
import type { Logger } from "../logger.js";
import { compiledExecution } from "./compiled.execution.js";
import type { GraphQLContext } from "./context.js";
import { createErrorFormatter, type ErrorFormatter } from "./graphql.errors.js";
import { documentStore } from "./document.store.js";
import { documentBytes } from "./limits/document.bytes.js";
import { tooMuch } from "./limits/operation.limits.js";
import { operationLimits } from "./limits/operation.limits.plugin.js";
import { operationRecord, type RequestIds } from "./operation.record.js";
import { PersistedQueries } from "./persisted.queries.js";
import type { TrustedDocuments } from "./trusted.documents.js";

export interface GraphQLService {
  server: ApolloServer<GraphQLContext>;
  /** For faults found before there is an operation to run. */
  formatError: ErrorFormatter;
  documents: TrustedDocuments;
  persistedQueries: PersistedQueries;
  /**
   * Checks the length of a document before it is hashed and parsed; anything but text is left to Apollo.
   * @throws AppError OPERATION_TOO_LARGE
   */
  checkDocument(query: unknown): void;
}

export async function startGraphQL(
  schema: GraphQLSchema,
  logger: Logger,
  limits: OperationLimits,
  documents: TrustedDocuments,
): Promise<GraphQLService> {
  const requestIds: RequestIds = new WeakMap();
  const formatError = createErrorFormatter(logger, limits.documentTokens, requestIds);
  const persistedQueries = new PersistedQueries();
  const plugins: ApolloServerPlugin<GraphQLContext>[] = [
    // http/explorer.routes.ts serves the page.
    ApolloServerPluginLandingPageDisabled(),
    // Apollo installs these by default; they cost time in every request and are not used.
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginInlineTraceDisabled(),
    ApolloServerPluginSchemaReportingDisabled(),
    ApolloServerPluginUsageReportingDisabled(),
    operationRecord(requestIds),
    operationLimits(schema, limits),
    persistedQueries.plugin,
    compiledExecution(schema),
  ];
  const server = new ApolloServer<GraphQLContext>({
    schema,
    plugins,
    formatError,
    logger,
    persistedQueries: { cache: persistedQueries.cache },
    documentStore: documentStore(limits.documentBytes),
    parseOptions: { maxLexicalTokens: limits.documentTokens },
    // Apollo's default appends a line break, which copies the whole text.
    stringifyResult: (result) => JSON.stringify(result),
    introspection: true,
    // http/preflight.check.ts checks before a body is read.
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    // main.ts handles the signals.
    stopOnTerminationSignals: false,
  });
  await server.start();
  return {
    server,
    formatError,
    documents,
    persistedQueries,
    checkDocument: (query) => {
      if (typeof query !== "string") return;
      const bytes = documentBytes(query);
      if (bytes > limits.documentBytes) throw tooMuch("documentBytes", limits.documentBytes, bytes);
    },
  };
}
