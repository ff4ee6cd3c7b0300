/** Ids as callers see them: the type as a prefix, and the UUID. Opaque to callers; base64 would cost time for each of a page's ids. */
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
    // Only the spelling that was given out: PostgreSQL reads other spellings of a UUID too.
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
