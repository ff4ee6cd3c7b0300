/** Settings of the limits that a GraphQL operation is held to before it runs. */
import { MIB, wholeNumber, type ValuesOf } from "./setting.values.js";

/** Each is the largest value that is still accepted. */
export interface OperationLimits {
  /** Of the document's text, in UTF-8, apart from a base64 image. */
  documentBytes: number;
  /** Lexical tokens of the document. */
  documentTokens: number;
  /** Of the variables, apart from a base64 image. */
  variablesBytes: number;
  /** Nested fields; `{ a { b } }` has a depth of 2. */
  depth: number;
  /** Aliased fields, fragments expanded. */
  aliases: number;
  /** Directives, fragments expanded. */
  directives: number;
  /** Fields, fragments expanded. */
  fields: number;
  /** Fields that read a photo. */
  recognitions: number;
  /** A reading by its id with its request costs 173; see `graphql/limits/field.costs.ts`. */
  cost: number;
}

export const OPERATION_SETTINGS = {
  MAX_DOCUMENT_BYTES: wholeNumber(1024, 16 * MIB).default(64 * 1024),
  MAX_DOCUMENT_TOKENS: wholeNumber(100, 100_000).default(2_000),
  MAX_VARIABLES_BYTES: wholeNumber(1024, 16 * MIB).default(256 * 1024),
  MAX_OPERATION_DEPTH: wholeNumber(1, 500).default(20),
  MAX_OPERATION_ALIASES: wholeNumber(0, 10_000).default(100),
  MAX_OPERATION_DIRECTIVES: wholeNumber(0, 10_000).default(50),
  MAX_OPERATION_FIELDS: wholeNumber(1, 100_000).default(1_000),
  MAX_RECOGNITIONS_PER_OPERATION: wholeNumber(1, 1_000).default(10),
  MAX_OPERATION_COST: wholeNumber(100, 100_000_000).default(100_000),
};

export function operationLimits(env: ValuesOf<typeof OPERATION_SETTINGS>): OperationLimits {
  return {
    documentBytes: env.MAX_DOCUMENT_BYTES,
    documentTokens: env.MAX_DOCUMENT_TOKENS,
    variablesBytes: env.MAX_VARIABLES_BYTES,
    depth: env.MAX_OPERATION_DEPTH,
    aliases: env.MAX_OPERATION_ALIASES,
    directives: env.MAX_OPERATION_DIRECTIVES,
    fields: env.MAX_OPERATION_FIELDS,
    recognitions: env.MAX_RECOGNITIONS_PER_OPERATION,
    cost: env.MAX_OPERATION_COST,
  };
}
