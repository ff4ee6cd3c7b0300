/** The photo panel's request as text to copy: GraphQL, curl, JavaScript. */
import { READ_PHOTO } from "./recognition.request";

export type SnippetKind = "graphql" | "curl" | "javascript";

/** @param withKey whether the request needs an API key; the key itself is never written */
export function snippet(kind: SnippetKind, endpoint: string, fileName: string, withKey: boolean): string {
  if (kind === "graphql") return READ_PHOTO;
  const query = READ_PHOTO.replace(/\s+/g, " ");
  const operations = JSON.stringify({ query, variables: { photo: null } });
  if (kind === "curl") {
    return [
      `curl ${quoted(endpoint)}`,
      "-H 'apollo-require-preflight: true'",
      ...(withKey ? [`-H "authorization: Bearer $PLATEGRAPH_KEY"`] : []),
      `-F operations=${quoted(operations)}`,
      `-F map='{"photo":["variables.photo"]}'`,
      `-F photo=${quoted(`@"${fileName.replace(/["\\]/g, "\\$&")}"`)}`,
    ].join(" \\\n  ");
  }
  return `// photo: a File or Blob, such as fileInput.files[0]
const query = \`${READ_PHOTO}\`;
const form = new FormData();
form.append("operations", JSON.stringify({ query, variables: { photo: null } }));
form.append("map", JSON.stringify({ photo: ["variables.photo"] }));
form.append("photo", photo, ${JSON.stringify(fileName)});
const response = await fetch(${JSON.stringify(endpoint)}, {
  method: "POST",
  headers: { "apollo-require-preflight": "true"${withKey ? ", authorization: `Bearer ${key}`" : ""} },
  body: form,
});
const { data, errors } = await response.json();`;
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
