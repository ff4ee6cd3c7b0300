/** What an operation selects below a field, so that one statement can bring it along. A wrong guess costs time, never an answer. */
import type { RecognitionParts } from "../recognitions/store/recognition.rows.js";
import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from "graphql";

/** The prefixes of a reading's fields below a connection, and below a field that is a reading itself. */
export const IN_CONNECTION = ["nodes.", "edges.node."] as const;
export const ITSELF = [""] as const;

/** What a field whose readings stand at these prefixes must bring along. */
export function partsOf(info: GraphQLResolveInfo, prefixes: readonly string[]): RecognitionParts {
  return {
    boxes: selects(info, prefixes, "boundingBox"),
    requests: selects(info, prefixes, "request"),
    images: selects(info, prefixes, "request.image"),
  };
}

type Fragments = GraphQLResolveInfo["fragments"];

/** Documents are parsed once and kept, so what was found in one is found again by its nodes. */
const found = new WeakMap<FieldNode, Map<string, boolean>>();

/** Whether the field selects the path below any of the prefixes; directives that may leave a field out are not looked at. */
function selects({ fieldNodes, fragments }: GraphQLResolveInfo, prefixes: readonly string[], path: string): boolean {
  const [node] = fieldNodes;
  if (node === undefined) return false;
  let known = found.get(node);
  if (known === undefined) found.set(node, (known = new Map<string, boolean>()));
  let answer = known.get(path);
  if (answer === undefined) {
    const paths = prefixes.map((prefix) => `${prefix}${path}`.split("."));
    answer = paths.some((names) => fieldNodes.some(({ selectionSet }) => holds(selectionSet, names, fragments)));
    known.set(path, answer);
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
