/** What holds for every mutation field: none starts for a caller who has gone, and reads after it see what it wrote. */
import { isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from "graphql";
import { AppError } from "../errors.js";
import type { GraphQLContext } from "./context.js";

type Resolver = GraphQLFieldResolver<unknown, GraphQLContext>;

/** graphql-js runs the fields of a mutation one after another, each with all that it selects. */
export function guardMutations(schema: GraphQLSchema): GraphQLSchema {
  const type = schema.getMutationType();
  if (!isObjectType(type)) throw new Error("The schema has no mutations.");
  for (const field of Object.values(type.getFields())) {
    if (field.resolve === undefined) throw new Error(`The mutation ${field.name} has no resolver.`);
    field.resolve = guarded(field.resolve);
  }
  return schema;
}

function guarded(resolve: Resolver): Resolver {
  return async (root, args, context, info) => {
    if (context.exchange.signal.aborted) throw new AppError("BAD_USER_INPUT", "The caller closed the connection.");
    try {
      return await resolve(root, args, context, info);
    } finally {
      // A failed mutation may have stored its failure.
      context.loaders.forget();
    }
  };
}
