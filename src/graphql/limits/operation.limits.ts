/** The limits that an operation is held to before it runs, and the errors that refuse one. */
import type { OperationLimits } from "../../config/operation.settings.js";
import { AppError } from "../../errors.js";
import type { OperationSize } from "./operation.size.js";

const CODES = {
  documentBytes: "OPERATION_TOO_LARGE",
  documentTokens: "OPERATION_TOO_LARGE",
  variablesBytes: "OPERATION_TOO_LARGE",
  depth: "OPERATION_TOO_DEEP",
  aliases: "OPERATION_TOO_COSTLY",
  directives: "OPERATION_TOO_COSTLY",
  fields: "OPERATION_TOO_COSTLY",
  recognitions: "OPERATION_TOO_COSTLY",
  cost: "OPERATION_TOO_COSTLY",
} as const satisfies Record<keyof OperationLimits, string>;

const MESSAGES: Record<keyof OperationLimits, (limit: number, requested: number) => string> = {
  documentBytes: (limit, requested) =>
    `The document has ${requested} bytes; at most ${limit} are accepted. Send images as variables.`,
  documentTokens: (limit, requested) => `The document has ${requested} tokens; at most ${limit} are accepted.`,
  variablesBytes: (limit, requested) =>
    `The variables have more than ${requested - 1} bytes, a base64 image not counted; at most ${limit} are accepted.`,
  depth: (limit, requested) => `The operation nests fields ${requested} levels deep; at most ${limit} are accepted.`,
  aliases: (limit, requested) => `The operation has ${requested} aliases; at most ${limit} are accepted.`,
  directives: (limit, requested) => `The operation has ${requested} directives; at most ${limit} are accepted.`,
  fields: (limit, requested) =>
    `The operation has ${requested} fields, fragments expanded; at most ${limit} are accepted.`,
  recognitions: (limit, requested) => `The operation reads ${requested} photos; at most ${limit} are accepted.`,
  cost: (limit, requested) =>
    `The operation costs ${requested}; at most ${limit} is accepted. Ask for smaller pages, fewer nested lists or fewer totals.`,
};

/** The error for an exceeded limit, with both numbers in its details. */
export function tooMuch(name: keyof OperationLimits, limit: number, requested: number): AppError {
  return new AppError(CODES[name], MESSAGES[name](limit, requested), { details: { limit, requested } });
}

/** In the order of the checks: what is wrong with the text of the document comes before what it would cost. */
const CHECKED = ["depth", "aliases", "directives", "fields", "recognitions", "cost"] as const;

/** @throws AppError for the first limit that the operation exceeds */
export function checkOperation(size: OperationSize, limits: OperationLimits): void {
  for (const name of CHECKED) if (size[name] > limits[name]) throw tooMuch(name, limits[name], size[name]);
}
