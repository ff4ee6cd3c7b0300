/** The GraphQL multipart request specification: a form becomes an operation whose variables hold the file. */
import { Upload, type FileUpload } from "graphql-upload-ts";
import { AppError } from "../errors.js";
import type { ImageFile } from "../images/photo.js";
import type { Form } from "./multipart.form.js";

/** The operation in the form, each file put where the map says. */
export function operationOf({ fields, files }: Form): Record<string, unknown> {
  const operation = parsed(fields, "operations");
  if (Array.isArray(operation)) throw fault("`operations` must be one operation, not a batch.");
  const map = parsed(fields, "map");
  for (const [part, paths] of Object.entries(map)) {
    if (!Array.isArray(paths)) throw fault(`\`map\` must give a list of paths for ${JSON.stringify(part)}.`);
    const file = files.find(({ field }) => field === part);
    if (file === undefined)
      throw fault(`\`map\` names the file ${JSON.stringify(part)}, which the form does not hold.`);
    for (const path of paths as unknown[]) place(operation, path, uploadOf(file.file));
  }
  for (const { field } of files) {
    if (!Object.hasOwn(map, field)) throw fault(`\`map\` does not say where the file ${JSON.stringify(field)} goes.`);
  }
  return operation;
}

function parsed(fields: ReadonlyMap<string, string>, name: string): Record<string, unknown> {
  const text = fields.get(name);
  if (text === undefined) throw fault(`The form has no field \`${name}\` (GraphQL multipart request).`);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw fault(`The form field \`${name}\` is not a JSON object.`);
}

/** Only a place that exists and holds null may take a file, as the specification has it. */
function place(operation: Record<string, unknown>, path: unknown, upload: Upload): void {
  const keys = typeof path === "string" ? path.split(".") : [];
  const last = keys.pop();
  let target: unknown = operation;
  for (const key of keys) target = isObject(target) && Object.hasOwn(target, key) ? target[key] : undefined;
  if (last === undefined || !isObject(target) || !Object.hasOwn(target, last) || target[last] !== null) {
    throw fault(`\`map\` points to ${JSON.stringify(path)}, where the operation has no null to put a file.`);
  }
  target[last] = upload;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function uploadOf(file: ImageFile): Upload {
  const upload = new Upload();
  // The package spools files to disk and hands out streams of them; ours are in memory already, within their limit.
  upload.resolve(file as unknown as FileUpload);
  return upload;
}

function fault(message: string): AppError {
  return new AppError("BAD_USER_INPUT", message);
}
