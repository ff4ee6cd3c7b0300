/** Notes what the log and the metrics tell of an operation: its name and type, the codes of its errors. Errors learn the id of their request. */
import type { ApolloServerPlugin, GraphQLRequestListener } from "@apollo/server";
import type { GraphQLContext } from "./context.js";

/** Ids of requests by the errors that they ran into: Apollo's formatter is told nothing but the error. */
export type RequestIds = WeakMap<object, string>;

const DONE = Promise.resolve();

export function operationRecord(requestIds: RequestIds): ApolloServerPlugin<GraphQLContext> {
  const listener: GraphQLRequestListener<GraphQLContext> = {
    didResolveOperation: ({ contextValue, operation }) => {
      // Without an operation nothing runs: execution says which one is missing.
      if (operation !== undefined)
        contextValue.exchange.record.operation = { name: operation.name?.value ?? null, type: operation.operation };
      return DONE;
    },
    didEncounterErrors: ({ contextValue, errors }) => {
      for (const error of errors) requestIds.set(error, contextValue.exchange.record.requestId);
      return DONE;
    },
    willSendResponse: ({ contextValue, response: { body } }) => {
      if (body.kind !== "single") return DONE;
      for (const { extensions } of body.singleResult.errors ?? [])
        contextValue.exchange.record.addCode(extensions?.code);
      return DONE;
    },
  };
  return {
    requestDidStart: async ({ contextValue }) => {
      contextValue.exchange.record.begun = true;
      return listener;
    },
  };
}
