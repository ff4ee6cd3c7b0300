/** Apollo Server over our schema: no telemetry, CSRF prevention on, Sandbox for people, one formatter for errors. */
import { ApolloServer, type ApolloServerPlugin } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import type { GraphQLSchema } from "graphql";
import type { Logger } from "../logger.js";
import { compiledExecution } from "./compiled.execution.js";
import type { GraphQLContext } from "./context.js";
import { createErrorFormatter, type ErrorFormatter } from "./graphql.errors.js";
import { sandboxPage } from "./sandbox.page.js";

export interface GraphQLService {
  server: ApolloServer<GraphQLContext>;
  /** For faults found before there is an operation to run. */
  formatError: ErrorFormatter;
}

export async function startGraphQL(schema: GraphQLSchema, logger: Logger): Promise<GraphQLService> {
  const formatError = createErrorFormatter(logger);
  const plugins: ApolloServerPlugin<GraphQLContext>[] = [
    sandboxPage(),
    // Each of these would cost time in every request and do nothing here.
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginInlineTraceDisabled(),
    ApolloServerPluginSchemaReportingDisabled(),
    ApolloServerPluginUsageReportingDisabled(),
    compiledExecution(formatError),
  ];
  const server = new ApolloServer<GraphQLContext>({
    schema,
    plugins,
    formatError,
    logger,
    // Without the line break that Apollo adds: the whole text would be copied for it.
    stringifyResult: (result) => JSON.stringify(result),
    introspection: true,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    // The server's signals are handled by main.ts.
    stopOnTerminationSignals: false,
  });
  await server.start();
  return { server, formatError };
}
