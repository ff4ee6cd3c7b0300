/** The size of a document's text, apart from a base64 image that stands in it as a literal: images have a limit of their own. */

/** A longer literal of an argument named `image` counts as this much. */
const LITERAL_BYTES = 1024;
/** How far before a literal its argument's name is looked for. */
const NAME_CHARACTERS = 64;

/** UTF-8 bytes of the document that are to be held to the limit. Linear in the length of the text, which need not be GraphQL. */
export function documentBytes(text: string): number {
  let bytes = Buffer.byteLength(text);
  if (bytes <= LITERAL_BYTES) return bytes;
  const marks = /["#]/g;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    const start = mark.index;
    const end = mark[0] === "#" ? endOfLine(text, start) : endOfString(text, start);
    if (mark[0] === '"' && end - start > LITERAL_BYTES && isImage(text, start)) {
      bytes -= Buffer.byteLength(text.slice(start, end)) - LITERAL_BYTES;
    }
    marks.lastIndex = end;
  }
  return bytes;
}

function endOfLine(text: string, start: number): number {
  const breaks = /[\r\n]/g;
  breaks.lastIndex = start;
  return breaks.exec(text)?.index ?? text.length;
}

/** After the closing quote; where there is none, the parser will refuse the document. */
function endOfString(text: string, start: number): number {
  if (text.startsWith('"""', start)) return endOfBlockString(text, start + 3);
  const marks = /["\\\r\n]/g;
  marks.lastIndex = start + 1;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] !== "\\") return mark.index + 1;
    marks.lastIndex = mark.index + 2;
  }
  return text.length;
}

function endOfBlockString(text: string, start: number): number {
  let end = text.indexOf('"""', start);
  while (end > 0 && text[end - 1] === "\\") end = text.indexOf('"""', end + 3);
  return end < 0 ? text.length : end + 3;
}

function isImage(text: string, start: number): boolean {
  return /\bimage\s*:\s*$/.test(text.slice(Math.max(start - NAME_CHARACTERS, 0), start));
}
