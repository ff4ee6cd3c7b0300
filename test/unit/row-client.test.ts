import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { columnsOf, viewOf } from "../../src/database/row.client.js";

type Columns = readonly (string | null)[];

/** A row as PostgreSQL sends it: how many columns, and each with its length before it. */
function rowOf(columns: Columns): Buffer {
  const count = Buffer.alloc(2);
  count.writeInt16BE(columns.length);
  return Buffer.concat([count, ...columns.map(columnOf)]);
}

function columnOf(column: string | null): Buffer {
  const text = Buffer.from(column ?? "");
  const length = Buffer.alloc(4);
  length.writeInt32BE(column === null ? -1 : text.length);
  return Buffer.concat([length, text]);
}

describe("a row's columns", () => {
  const plate = fc.tuple(fc.constantFrom(..."京沪粤新川"), fc.stringMatching(/^[A-Z][A-Z0-9]{5}[挂学警]?$/));
  const column = fc.oneof(
    fc.constant(null),
    fc.string({ unit: "binary" }),
    fc.uuid(),
    plate.map((parts) => parts.join("")),
  );

  test("are the texts that were sent, whatever they hold and whatever stands around them", () => {
    fc.assert(
      fc.property(fc.array(column), fc.uint8Array(), (columns, before) => {
        const row = rowOf(columns);
        const bytes = Buffer.concat([before, row, Buffer.from("后")]);
        expect(columnsOf(bytes, viewOf(bytes), before.length, before.length + row.length)).toEqual(columns);
      }),
      { numRuns: 1000 },
    );
  });

  test.each<[string, Columns]>([
    ["none", []],
    ["nothing and an empty text", [null, ""]],
    ["the characters at the edges of UTF-8's lengths", ["\u007f", "\u0080", "\u07ff", "\u0800", "\uffff", "\u{10000}"]],
    ["a province, and one with more Chinese behind it", ["京", "京A12345", "粤Z1234港", "京😀"]],
  ])("%s", (_, columns) => {
    const row = rowOf(columns);
    expect(columnsOf(row, viewOf(row), 0, row.length)).toEqual(columns);
  });
});
