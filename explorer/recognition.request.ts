/** Sends operations with files by the GraphQL multipart request specification, and plain ones as JSON. */
import { keyHeader } from "./page.elements";

export interface Operation {
  query: string;
  operationName?: string | null | undefined;
  variables?: unknown;
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Reading {
  plateNumber: string;
  color: string;
  type: string;
  confidence: number;
  boundingBox: Box | null;
}

export interface Answer {
  data?: { recognizeUpload: { request: { status: string; durationMs: number }; recognitions: Reading[] } } | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

export const READ_PHOTO = `mutation ReadPhoto($photo: Upload!) {
  recognizeUpload(image: $photo) {
    request { id status durationMs }
    recognitions {
      id plateNumber color type confidence
      boundingBox { left top right bottom }
    }
  }
}`;

/** @param files by the name of their variable */
export async function send(
  operation: Operation,
  files: ReadonlyMap<string, File>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: {
      accept: "application/json",
      ...keyHeader(),
      ...headers,
      // A form without it could have been sent by any site; the server refuses it.
      ...(files.size > 0 ? { "apollo-require-preflight": "true" } : { "content-type": "application/json" }),
    },
    body: files.size > 0 ? formOf(operation, files) : JSON.stringify(operation),
  });
  return (await response.json()) as Answer;
}

function formOf(operation: Operation, files: ReadonlyMap<string, File>): FormData {
  const names = [...files.keys()];
  const variables = { ...(operation.variables as object), ...Object.fromEntries(names.map((name) => [name, null])) };
  const form = new FormData();
  form.append("operations", JSON.stringify({ ...operation, variables }));
  form.append("map", JSON.stringify(Object.fromEntries(names.map((name) => [name, [`variables.${name}`]]))));
  for (const [name, file] of files) form.append(name, file, file.name);
  return form;
}
