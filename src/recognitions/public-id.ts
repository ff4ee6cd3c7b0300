/** Ids as callers see them: what kind of thing, and its key. Opaque to callers; a plain prefix costs next to nothing to write, a page has a hundred. */
import { validate as isUuid } from "uuid";
import { AppError, quoted } from "../errors.js";

const PREFIXES = { PlateRecognition: "recognition_", RecognitionRequest: "request_" } as const;
export type NodeType = keyof typeof PREFIXES;

export interface NodeKey {
  type: NodeType;
  uuid: string;
}

export function publicId(type: NodeType, uuid: string): string {
  return PREFIXES[type] + uuid;
}

export function parsePublicId(id: string): NodeKey {
  for (const type of Object.keys(PREFIXES) as NodeType[]) {
    const uuid = id.slice(PREFIXES[type].length);
    // The one spelling that was given out: the database would take others too.
    if (id.startsWith(PREFIXES[type]) && isUuid(uuid) && uuid === uuid.toLowerCase()) return { type, uuid };
  }
  throw new AppError("BAD_USER_INPUT", `${quoted(id)} is not an id that this server gave out.`);
}

/** The UUID in an id that must be of the given type. */
export function parsePublicIdOf(type: NodeType, id: string): string {
  const key = parsePublicId(id);
  if (key.type !== type)
    throw new AppError("BAD_USER_INPUT", `${quoted(id)} is the id of a ${key.type}, not of a ${type}.`);
  return key.uuid;
}
