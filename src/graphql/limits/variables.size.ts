/** The size of an operation's variables, apart from a base64 image, which has a limit of its own. */
import { Kind, type DocumentNode, type FieldNode, type SelectionNode } from "graphql";

/** The field and the argument that take an image as text. */
const IMAGE_FIELD = "recognizeBase64";
const IMAGE_ARGUMENT = "image";

/** What a value that is not text weighs, about: a number, or the brackets and commas of a list. */
const VALUE_BYTES = 8;

/** Counts up to `most` and stops there: what lies beyond is not looked at. Bytes are counted as UTF-8. */
export function variablesBytes(
  variables: Readonly<Record<string, unknown>>,
  document: DocumentNode,
  most: number,
): number {
  const images = imageVariables(document);
  let bytes = 0;
  // A stack of its own: variables may be nested deeper than calls can be.
  const rest: unknown[] = Object.entries(variables).flatMap(([name, value]) =>
    images.has(name) && typeof value === "string" ? [name] : [name, value],
  );
  while (rest.length > 0 && bytes < most) {
    const value = rest.pop();
    if (typeof value === "string") bytes += Buffer.byteLength(value);
    else bytes += VALUE_BYTES;
    if (Array.isArray(value)) {
      bytes += value.length;
      if (bytes < most) for (const item of value as unknown[]) rest.push(item);
    } else if (isPlainObject(value)) {
      for (const [name, item] of Object.entries(value)) rest.push(name, item);
    }
  }
  return bytes;
}

/** Uploads are objects of a class; their files are bounded where they are read. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function imageVariables(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (selections: readonly SelectionNode[]): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) addImage(selection, names);
      else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet.selections);
    }
  };
  // The field stands at the root of an operation, or of a fragment on it.
  for (const definition of document.definitions) {
    if ("selectionSet" in definition) visit(definition.selectionSet.selections);
  }
  return names;
}

function addImage(field: FieldNode, names: Set<string>): void {
  if (field.name.value !== IMAGE_FIELD) return;
  for (const { name, value } of field.arguments ?? []) {
    if (name.value === IMAGE_ARGUMENT && value.kind === Kind.VARIABLE) names.add(value.name.value);
  }
}
