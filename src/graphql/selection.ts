/** What an operation selects below a field, so that one statement can bring it along. A wrong guess costs time, never an answer. */
import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from "graphql";

type Fragments = GraphQLResolveInfo["fragments"];

/** Documents are parsed once and kept, so what was found in one is found again by its nodes. */
const found = new WeakMap<FieldNode, Map<string, boolean>>();

/** Whether the field selects any of the paths, such as `nodes.request`; directives that may leave a field out are not looked at. */
export function selects({ fieldNodes, fragments }: GraphQLResolveInfo, ...paths: readonly string[]): boolean {
  const [node] = fieldNodes;
  if (node === undefined) return false;
  let known = found.get(node);
  if (known === undefined) found.set(node, (known = new Map<string, boolean>()));
  const key = paths.join();
  let answer = known.get(key);
  if (answer === undefined) {
    answer = paths.some((path) =>
      fieldNodes.some(({ selectionSet }) => holds(selectionSet, path.split("."), fragments)),
    );
    known.set(key, answer);
  }
  return answer;
}

function holds(set: SelectionSetNode | undefined, [name, ...rest]: readonly string[], fragments: Fragments): boolean {
  if (name === undefined) return true;
  return (set?.selections ?? []).some((selection) => {
    switch (selection.kind) {
      case Kind.FIELD:
        return selection.name.value === name && holds(selection.selectionSet, rest, fragments);
      case Kind.INLINE_FRAGMENT:
        return holds(selection.selectionSet, [name, ...rest], fragments);
      case Kind.FRAGMENT_SPREAD:
        return holds(fragments[selection.name.value]?.selectionSet, [name, ...rest], fragments);
    }
  });
}
