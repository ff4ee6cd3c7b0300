/** What an operation selects below a field, so that one statement can fetch it. A wrong answer costs a further statement, never a wrong value. */
import type { RecognitionParts } from "../recognitions/store/recognition.rows.js";
import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from "graphql";

/** The paths to a reading's fields below a connection, and below a field that is a reading itself. */
export const IN_CONNECTION = [["nodes"], ["edges", "node"]] as const;
export const ITSELF = [[]] as const;

type Path = readonly string[];

/** What a field whose readings stand at these paths must bring along. Directives are not evaluated: an excluded field counts as selected. */
export function partsOf({ fieldNodes, fragments }: GraphQLResolveInfo, paths: readonly Path[]): RecognitionParts {
  // All nodes of the field: several may select it, and a fragment shares its nodes with other fields.
  const readings = paths.flatMap((path) => path.reduce((nodes, name) => below(nodes, name, fragments), fieldNodes));
  const requests = below(readings, "request", fragments);
  return {
    boxes: below(readings, "boundingBox", fragments).length > 0,
    requests: requests.length > 0,
    images: below(requests, "image", fragments).length > 0,
  };
}

type Fragments = GraphQLResolveInfo["fragments"];

/** The nodes that select the field `name` directly below `nodes`, through fragments too. */
function below(nodes: readonly FieldNode[], name: string, fragments: Fragments): readonly FieldNode[] {
  const found: FieldNode[] = [];
  // A fragment that is spread twice selects nothing new.
  const spread = new Set<string>();
  const visit = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value === name) found.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
      else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        visit(fragments[selection.name.value]?.selectionSet);
      }
    }
  };
  for (const node of nodes) visit(node.selectionSet);
  return found;
}
