/** Which operations the compiler answers exactly as graphql-js does; the others run on graphql-js (docs/adr/0013-compiled-execution.md). */
import {
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

/** Fields after expansion. The compiler writes code for each of them. */
const MAX_FIELDS = 200;

/**
 * Whether the operation is a query without directives and introspection, in which no selection set selects the same key twice, and of a
 * bounded size. Merged selections and directives are what the compiler gets wrong.
 * @returns the number of fields, fragments expanded; null when it is not to be compiled
 */
export function compilableFields(document: DocumentNode, operation: OperationDefinitionNode): number | null {
  if (operation.operation !== OperationTypeNode.QUERY || isMarked(operation)) return null;
  if (operation.variableDefinitions?.some(isMarked)) return null;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const count = new FieldCount(fragments);
  return count.holds(operation.selectionSet, new Set()) ? count.fields : null;
}

class FieldCount {
  fields = 0;

  constructor(private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>) {}

  /** @param keys the response keys so far of the object that the set belongs to */
  holds(set: SelectionSetNode, keys: Set<string>): boolean {
    return set.selections.every((selection) => {
      if (isMarked(selection)) return false;
      if (selection.kind === Kind.INLINE_FRAGMENT) return this.holds(selection.selectionSet, keys);
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = this.fragments.get(selection.name.value);
        return fragment !== undefined && !isMarked(fragment) && this.holds(fragment.selectionSet, keys);
      }
      this.fields += 1;
      const key = selection.alias?.value ?? selection.name.value;
      if (this.fields > MAX_FIELDS || keys.has(key) || isIntrospection(selection.name.value)) return false;
      keys.add(key);
      return selection.selectionSet === undefined || this.holds(selection.selectionSet, new Set());
    });
  }
}

function isMarked({ directives }: { directives?: readonly unknown[] | undefined }): boolean {
  return directives !== undefined && directives.length > 0;
}

function isIntrospection(name: string): boolean {
  return name === "__schema" || name === "__type";
}
