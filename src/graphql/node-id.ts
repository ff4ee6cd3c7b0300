/** Opaque Relay ids: the type's name and the row's UUID, in base64url. */
import { validate as isUuid } from "uuid";
import { AppError } from "../errors.js";

const NODE_TYPES = ["PlateRecognition", "RecognitionRequest"] as const;
export type NodeType = (typeof NODE_TYPES)[number];

export interface NodeKey {
  type: NodeType;
  uuid: string;
}

/** One buffer for each type, its name written already: ids are made by the hundred for every page. */
const scratch = new Map(NODE_TYPES.map((type) => [type, Buffer.from(`${type}:${" ".repeat(36)}`)]));

export function encodeNodeId(type: NodeType, uuid: string): string {
  const buffer = scratch.get(type);
  if (buffer === undefined || uuid.length !== 36) return Buffer.from(`${type}:${uuid}`).toString("base64url");
  buffer.write(uuid, type.length + 1, "latin1");
  return buffer.toString("base64url");
}

export function decodeNodeId(id: string): NodeKey {
  const [name, uuid = ""] = Buffer.from(id, "base64url").toString("latin1").split(":", 2);
  const type = NODE_TYPES.find((known) => known === name);
  // Encoding again refuses the many other texts that base64 decoding would forgive.
  if (type === undefined || !isUuid(uuid) || encodeNodeId(type, uuid) !== id) {
    throw new AppError("BAD_USER_INPUT", `${JSON.stringify(id)} is not an id that this server gave out.`);
  }
  return { type, uuid };
}

/** The UUID in an id that must be of the given type. */
export function decodeNodeIdOf(type: NodeType, id: string): string {
  const key = decodeNodeId(id);
  if (key.type !== type)
    throw new AppError("BAD_USER_INPUT", `${JSON.stringify(id)} is the id of a ${key.type}, not of a ${type}.`);
  return key.uuid;
}
