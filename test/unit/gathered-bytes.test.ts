/** Bytes that arrive in chunks come out whole, in order, and in memory of their own. */
import { expect, test } from "@jest/globals";
import { GatheredBytes } from "../../src/http/gathered.bytes.js";

const counted = (length: number, from = 0): Buffer => Buffer.from(Array.from({ length }, (_, at) => (from + at) % 251));

test.each([
  ["no chunk", []],
  ["an empty chunk first", [0, 5]],
  ["small chunks", [1, 2, 3, 65_536]],
  ["chunks that fill a segment to its end", [10, 262_144, 262_144, 1]],
  ["a chunk longer than two segments", [1, 700_000, 3]],
])("%s", (_name, lengths) => {
  const gathered = new GatheredBytes();
  let length = 0;
  for (const each of lengths) {
    const chunk = counted(each, length);
    gathered.add(chunk);
    length += each;
    expect(gathered.length).toBe(length);
  }
  expect(gathered.take().equals(counted(length))).toBe(true);
  expect(gathered.length).toBe(0);
  expect(gathered.take()).toHaveLength(0);
});

test("chunks after the first may be used again by whoever gave them", () => {
  const gathered = new GatheredBytes();
  const chunk = Buffer.from("b");
  gathered.add(Buffer.from("a"));
  gathered.add(chunk);
  chunk.fill("x");
  expect(gathered.take().toString()).toBe("ab");
});

test("what was taken is not changed by what comes next", () => {
  const gathered = new GatheredBytes();
  for (const text of ["a", "b"]) gathered.add(Buffer.from(text));
  const taken = gathered.take();
  for (const text of ["c", "d"]) gathered.add(Buffer.from(text));
  expect([taken.toString(), gathered.take().toString()]).toEqual(["ab", "cd"]);
});
