/** What a document's operations are called, and which of their variables are files. */
import { Kind, parse, type OperationDefinitionNode, type TypeNode } from "graphql";

/**
 * Names of the variables of type Upload, in the order declared.
 * @param operationName null for all operations of the document
 * @returns null where the document can't be parsed
 */
export function uploadVariables(query: string, operationName: string | null): string[] | null {
  try {
    const operations = parse(query).definitions.filter(
      (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
    );
    const names = operations
      .filter(({ name }) => operationName === null || name?.value === operationName)
      .flatMap(({ variableDefinitions = [] }) => variableDefinitions)
      .filter(({ type }) => namedType(type) === "Upload")
      .map(({ variable }) => variable.name.value);
    return [...new Set(names)];
  } catch {
    return null;
  }
}

/** The name where the document has such an operation: for 100 ms after a change of tabs GraphiQL gives the name of the last tab's operation. */
export function operationOf(query: string, operationName: string | null | undefined): string | undefined {
  try {
    const isThere = parse(query).definitions.some(
      (definition) => definition.kind === Kind.OPERATION_DEFINITION && definition.name?.value === operationName,
    );
    return isThere ? (operationName ?? undefined) : undefined;
  } catch {
    return operationName ?? undefined;
  }
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
