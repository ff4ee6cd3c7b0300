/** Which variables of a document's operations are files. */
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

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
