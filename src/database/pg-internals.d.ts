/** What `pg` and its parser of the protocol offer to those who write statements and connections of their own, and their types leave out. */
declare module "pg/lib/utils.js" {
  const utils: {
    /** A value as the protocol takes it. */
    prepareValue(value: unknown): string | Buffer | null;
  };
  export default utils;
}

declare module "pg-protocol/dist/parser.js" {
  export interface BackendMessage {
    name: string;
    length: number;
    fields?: unknown;
  }

  export class Parser {
    /** Takes what came on the stream and tells the messages that are whole. */
    parse(bytes: Buffer, tell: (message: BackendMessage) => void): void;
    /** One whole message, whose content starts at `offset`; `length` counts the content and itself. */
    handlePacket(offset: number, code: number, length: number, bytes: Buffer): BackendMessage;
  }
}
