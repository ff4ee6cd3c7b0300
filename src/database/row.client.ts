/**
 * A client of PostgreSQL that makes a row's columns out of one string. `pg` asks Node for a string per column, and asking costs more than making it: a
 * page of fifty readings asks 650 times. Everything else about the connection is the library's.
 */
import pg, { type ClientConfig, type Connection } from "pg";
import { Parser, type BackendMessage } from "pg-protocol/dist/parser.js";
import type { ColumnText } from "./statement.js";

/** The protocol's letter for a row: https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-DATAROW */
const DATA_ROW = "D".charCodeAt(0);
/** A length counts the bytes of what follows it; that of a message, itself too. */
const LENGTH_BYTES = 4;
const COUNT_BYTES = 2;
const NULL = -1;
const FIRST_BEYOND_ASCII = 0x80;
/** Chinese characters take three bytes of UTF-8; the first of three starts so. */
const HAN_BYTES = 3;
const LEAD_OF_THREE = 0xe;

export class RowClient extends pg.Client {
  constructor(config: ClientConfig) {
    super(config);
    const { connection } = this as unknown as { connection: Connection };
    Object.assign(connection, { attachListeners: (stream: Connection["stream"]) => listen(stream, connection) });
  }
}

/** As the library's connection listens to its stream, but with our parser, and without the event for onlookers of which we have none. */
function listen(stream: Connection["stream"], connection: Connection): void {
  const parser = new RowParser();
  stream.on("data", (bytes: Buffer) =>
    parser.parse(bytes, (message) =>
      connection.emit(message.name === "error" ? "errorMessage" : message.name, message),
    ),
  );
}

class RowParser extends Parser {
  override handlePacket(offset: number, code: number, length: number, bytes: Buffer): BackendMessage {
    if (code !== DATA_ROW) return super.handlePacket(offset, code, length, bytes);
    return { name: "dataRow", length, fields: columnsOf(bytes, offset, offset + length - LENGTH_BYTES) };
  }
}

/** The columns of the row from `start` to `end`: how many, then each with its length before it. */
export function columnsOf(bytes: Buffer, start: number, end: number): ColumnText[] {
  // A character for every byte, which is right where a column is ASCII: nearly everywhere.
  const row = bytes.toString("latin1", start, end);
  const columns = new Array<ColumnText>(bytes.readInt16BE(start));
  let at = start + COUNT_BYTES;
  for (let i = 0; i < columns.length; i++) {
    const length = bytes.readInt32BE(at);
    at += LENGTH_BYTES;
    if (length === NULL) {
      columns[i] = null;
      continue;
    }
    const from = at;
    at += length;
    columns[i] = isAscii(bytes, from, at)
      ? row.slice(from - start, at - start)
      : startsAsPlate(bytes, from, at)
        ? hanAt(bytes, from) + row.slice(from + HAN_BYTES - start, at - start)
        : bytes.toString("utf8", from, at);
  }
  return columns;
}

function isAscii(bytes: Buffer, from: number, to: number): boolean {
  let bits = 0;
  for (let at = from; at < to; at++) bits |= bytes[at] ?? 0;
  return bits < FIRST_BEYOND_ASCII;
}

/** A province and ASCII behind it: what nearly all else is. */
function startsAsPlate(bytes: Buffer, from: number, to: number): boolean {
  return (bytes[from] ?? 0) >> 4 === LEAD_OF_THREE && isAscii(bytes, from + HAN_BYTES, to);
}

/** The character of three bytes of UTF-8. */
function hanAt(bytes: Buffer, at: number): string {
  const [first, second, third] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
  return String.fromCharCode(((first & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f));
}
