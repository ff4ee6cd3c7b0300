/** Holds each operation to the limits before it runs, and tells its cost to callers who ask for it. */
import type { ApolloServerPlugin, GraphQLRequest } from "@apollo/server";
import { GraphQLError, OperationTypeNode, type GraphQLSchema } from "graphql";
import type { OperationLimits } from "../../config/operation.settings.js";
import { AppError } from "../../errors.js";
import type { GraphQLContext } from "../context.js";
import { checkOperation, tooMuch } from "./operation.limits.js";
import { OperationSizer, type OperationSize } from "./operation.size.js";
import { variablesBytes } from "./variables.size.js";

export function operationLimits(schema: GraphQLSchema, limits: OperationLimits): ApolloServerPlugin<GraphQLContext> {
  const sizer = new OperationSizer(schema);
  return {
    requestDidStart: async ({ request }) => {
      let size: OperationSize | null = null;
      return {
        didResolveOperation: async ({ document, operation }) => {
          // Without an operation nothing runs: execution says which one is missing.
          if (operation === undefined) return;
          if (operation.operation === OperationTypeNode.SUBSCRIPTION && !schema.getSubscriptionType())
            throw noSubscriptions();
          const variables = request.variables ?? {};
          asBadRequest(() => {
            const bytes = variablesBytes(variables, document, limits.variablesBytes + 1);
            if (bytes > limits.variablesBytes) throw tooMuch("variablesBytes", limits.variablesBytes, bytes);
            size = sizer.sizeOf(document, operation, variables);
            checkOperation(size, limits);
          });
        },
        willSendResponse: async ({ response: { body } }) => {
          if (size === null || !asksForCost(request) || body.kind !== "single") return;
          body.singleResult.extensions = {
            ...body.singleResult.extensions,
            cost: { requested: size.cost, limit: limits.cost },
          };
        },
      };
    },
  };
}

/** Callers ask with `"extensions": { "cost": true }` beside the query. */
function asksForCost({ extensions }: GraphQLRequest): boolean {
  return extensions?.cost === true;
}

/** Refused before it runs: by GraphQL over HTTP, that is status 400. */
function asBadRequest(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new GraphQLError(error.message, { originalError: error, extensions: { http: { status: 400 } } });
  }
}

/** graphql-js validates nothing below a root that the schema lacks, and fails only when it executes. */
function noSubscriptions(): GraphQLError {
  return new GraphQLError("The schema has no subscriptions.", {
    extensions: { code: "GRAPHQL_VALIDATION_FAILED", http: { status: 400 } },
  });
}
