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
/** The bit of a byte that no ASCII has, in each of four. */
const BEYOND_ASCII = 0x80808080;
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
  private bytes: Buffer = Buffer.alloc(0);
  private view = viewOf(this.bytes);

  override handlePacket(offset: number, code: number, length: number, bytes: Buffer): BackendMessage {
    if (code !== DATA_ROW) return super.handlePacket(offset, code, length, bytes);
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.view = viewOf(bytes);
    }
    return { name: "dataRow", length, fields: columnsOf(bytes, this.view, offset, offset + length - LENGTH_BYTES) };
  }
}

export function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}

/**
 * The columns of the row from `start` to `end`: how many, then each with its length before it.
 * @param view of the same bytes: numbers are read by it in half the time
 */
export function columnsOf(bytes: Buffer, view: DataView, start: number, end: number): ColumnText[] {
  // A character for every byte, which is right where a column is ASCII: nearly everywhere.
  const row = bytes.toString("latin1", start, end);
  const columns = new Array<ColumnText>(view.getInt16(start));
  let at = start + COUNT_BYTES;
  for (let i = 0; i < columns.length; i++) {
    const length = view.getInt32(at);
    at += LENGTH_BYTES;
    if (length === NULL) {
      columns[i] = null;
      continue;
    }
    const from = at;
    at += length;
    columns[i] = isAscii(view, from, at)
      ? row.slice(from - start, at - start)
      : startsAsPlate(view, from, at)
        ? hanAt(view, from) + row.slice(from + HAN_BYTES - start, at - start)
        : bytes.toString("utf8", from, at);
  }
  return columns;
}

function isAscii(view: DataView, from: number, to: number): boolean {
  let bits = 0;
  let at = from;
  for (; at + 4 <= to; at += 4) bits |= view.getInt32(at);
  for (; at < to; at++) bits |= view.getUint8(at);
  return (bits & BEYOND_ASCII) === 0;
}

/** A province and ASCII behind it: what nearly all else is. */
function startsAsPlate(view: DataView, from: number, to: number): boolean {
  return view.getUint8(from) >> 4 === LEAD_OF_THREE && isAscii(view, from + HAN_BYTES, to);
}

/** The character of three bytes of UTF-8. */
function hanAt(view: DataView, at: number): string {
  const [first, rest] = [view.getUint8(at), view.getUint16(at + 1)];
  return String.fromCharCode(((first & 0x0f) << 12) | ((rest & 0x3f00) >> 2) | (rest & 0x3f));
}
