/** The GraphQL multipart request specification: a form becomes an operation whose variables hold the file. */
import { AppError } from "../errors.js";
import { UploadedFile } from "../graphql/upload.scalar.js";
import { parseJson } from "./json.body.js";
import type { Form } from "./multipart.form.js";

/** Characters of the sender's text that an error quotes. */
const QUOTED_CHARACTERS = 100;

/** The operation in the form, each file put where the map says. @throws AppError BAD_USER_INPUT */
export function operationOf({ fields, files }: Form): Record<string, unknown> {
  const operation = parsed(fields, "operations");
  if (Array.isArray(operation)) throw fault("`operations` must be one operation, not a batch.");
  const map = parsed(fields, "map");
  for (const [part, paths] of Object.entries(map)) {
    if (!Array.isArray(paths)) throw fault(`\`map\` must give a list of paths for ${quoted(part)}.`);
    const file = files.find(({ field }) => field === part);
    if (file === undefined) throw fault(`\`map\` names the file ${quoted(part)}, which the form does not hold.`);
    for (const path of paths as unknown[]) place(operation, path, new UploadedFile(file.bytes));
  }
  for (const { field } of files) {
    if (!Object.hasOwn(map, field)) throw fault(`\`map\` does not say where the file ${quoted(field)} goes.`);
  }
  return operation;
}

function parsed(fields: ReadonlyMap<string, string>, name: string): Record<string, unknown> {
  const text = fields.get(name);
  if (text === undefined) throw fault(`The form has no field \`${name}\` (GraphQL multipart request).`);
  const value = parseJson(text, `The form field \`${name}\``);
  if (!isObject(value)) throw fault(`The form field \`${name}\` is not a JSON object.`);
  return value;
}

/** Only a place that exists and holds null takes a file, as the specification has it. */
function place(operation: Record<string, unknown>, path: unknown, file: UploadedFile): void {
  const keys = typeof path === "string" ? path.split(".") : [];
  const last = keys.pop();
  let target: unknown = operation;
  for (const key of keys) target = isObject(target) && Object.hasOwn(target, key) ? target[key] : undefined;
  if (last === undefined || !isObject(target) || !Object.hasOwn(target, last) || target[last] !== null) {
    throw fault(`\`map\` points to ${quoted(path)}, where the operation has no null to put a file.`);
  }
  target[last] = file;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function quoted(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > QUOTED_CHARACTERS ? `${text.slice(0, QUOTED_CHARACTERS)}…` : text;
}

function fault(message: string): AppError {
  return new AppError("BAD_USER_INPUT", message);
}
