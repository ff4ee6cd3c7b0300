/** Ids as callers see them: the type as a prefix, and the key. Opaque to callers; base64 would cost time for each of a page's ids. */
import { validate as isUuid } from "uuid";
import { AppError, quoted } from "../errors.js";

const PREFIXES = { PlateRecognition: "recognition_", RecognitionRequest: "request_", Plate: "plate_" } as const;
export type NodeType = keyof typeof PREFIXES;

export interface NodeKey {
  type: NodeType;
  /** A UUID; of a plate its number. */
  key: string;
}

export function publicId(type: NodeType, key: string): string {
  // Numbers hold characters that do not belong in an id.
  return PREFIXES[type] + (type === "Plate" ? Buffer.from(key).toString("base64url") : key);
}

export function parsePublicId(id: string): NodeKey {
  for (const type of Object.keys(PREFIXES) as NodeType[]) {
    if (!id.startsWith(PREFIXES[type])) continue;
    const key = keyOf(type, id.slice(PREFIXES[type].length));
    if (key !== null) return { type, key };
  }
  throw new AppError("BAD_USER_INPUT", `${quoted(id)} is not an id that this server gave out.`);
}

/** The key in an id that must be of the given type. */
export function parsePublicIdOf(type: NodeType, id: string): string {
  const found = parsePublicId(id);
  if (found.type !== type)
    throw new AppError("BAD_USER_INPUT", `${quoted(id)} is the id of a ${found.type}, not of a ${type}.`);
  return found.key;
}

/** Only the spelling that was given out: PostgreSQL reads other spellings of a UUID too, Node.js of base64. */
function keyOf(type: NodeType, text: string): string | null {
  if (type !== "Plate") return isUuid(text) && text === text.toLowerCase() ? text : null;
  const number = Buffer.from(text, "base64url").toString("utf8");
  const isGiven = number !== "" && !number.includes("\0") && publicId("Plate", number) === PREFIXES.Plate + text;
  return isGiven ? number : null;
}
