/** How many entries the lists of introspection have, by what the schema holds: the average of each, so that nested lists are not counted as if every type were the largest. */
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from "graphql";

export function introspectionListSizes(schema: GraphQLSchema): Readonly<Record<string, () => number>> {
  const types = Object.values(schema.getTypeMap());
  const own = types.filter((type) => !isIntrospectionType(type));
  const fields = own.flatMap((type) => (isObjectType(type) || isInterfaceType(type) ? [type.getFields()] : []));
  const args = fields.flatMap((each) => Object.values(each)).map((field) => field.args.length);
  const inputs = own.filter(isInputObjectType).map((type) => Object.keys(type.getFields()).length);
  const values = own.filter(isEnumType).map((type) => type.getValues().length);
  // Every type has each of these lists, empty or null where it is of another kind.
  const perType = (counts: readonly number[]): (() => number) => always(sum(counts) / types.length);
  return {
    "__Schema.types": always(types.length),
    "__Schema.directives": always(schema.getDirectives().length),
    "__Type.fields": perType(fields.map((each) => Object.keys(each).length)),
    "__Type.inputFields": perType(inputs),
    "__Type.enumValues": perType(values),
    "__Type.interfaces": perType(own.map(interfacesOf)),
    "__Type.possibleTypes": always(1),
    "__Field.args": always(args.length === 0 ? 0 : sum(args) / args.length),
    "__Directive.args": always(1),
    "__Directive.locations": always(3),
  };
}

function interfacesOf(type: GraphQLNamedType): number {
  return isObjectType(type) || isInterfaceType(type) ? type.getInterfaces().length : 0;
}

function always(count: number): () => number {
  return () => count;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
