/** Our statements as `pg`'s own queries: prepared by name, rows as arrays of PostgreSQL's text. */
import { createHash } from "node:crypto";

const names = new Map();
const AS_TEXT = { getTypeParser: () => (text) => text };

export function prepared({ text, values }) {
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = createHash("sha256").update(text).digest("base64url")));
  return { name, text, values, rowMode: "array", types: AS_TEXT };
}
