import { createHash, randomBytes } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { BufferPool } from "../../src/http/buffer.pool.js";
import { IncomingFile } from "../../src/http/incoming.file.js";

const MB = 1024 * 1024;

describe("memory that is given back", () => {
  test("serves the next file of a like length, and no other", () => {
    const pool = new BufferPool(16 * MB);
    const first = pool.take(1_500_000);
    expect(first.length).toBe(2 * MB);
    pool.give(first);
    expect(pool.take(900_000)).not.toBe(first);
    expect(pool.take(2_000_000)).toBe(first);
    expect(pool.take(2_000_000)).not.toBe(first);
  });

  test("is kept up to the limit only", () => {
    const pool = new BufferPool(3 * MB);
    const [first, second] = [pool.take(2 * MB), pool.take(2 * MB)];
    pool.give(first);
    pool.give(second);
    expect(pool.take(2 * MB)).toBe(first);
    expect(pool.take(2 * MB)).not.toBe(second);
  });
});

describe("a file that comes in", () => {
  function received(chunks: readonly Buffer[], expectedBytes: number): IncomingFile {
    const file = new IncomingFile(expectedBytes);
    for (const chunk of chunks) file.add(chunk);
    return file;
  }

  test.each([
    ["as long as was said", 300_000],
    ["longer than was said", 10],
  ])("%s is whole, and its digest its own", (_, expectedBytes) => {
    const chunks = Array.from({ length: 5 }, () => randomBytes(60_000));
    const { bytes, sha256 } = received(chunks, expectedBytes);
    expect(bytes.equals(Buffer.concat(chunks))).toBe(true);
    expect(sha256).toEqual(createHash("sha256").update(Buffer.concat(chunks)).digest());
  });

  test("leaves its memory to the next one when it is released, and keeps it when it is abandoned", () => {
    const chunk = randomBytes(70_000);
    const first = received([chunk], 5 * MB);
    const memory = first.bytes.buffer;
    first.release();
    const second = received([chunk], 5 * MB);
    expect(second.bytes.buffer).toBe(memory);
    second.abandon();
    second.release();
    expect(received([chunk], 5 * MB).bytes.buffer).not.toBe(memory);
  });

  test("that is released twice is given back once", () => {
    const file = received([randomBytes(10)], 9 * MB);
    file.release();
    file.release();
    expect(received([], 9 * MB).bytes.buffer).not.toBe(received([], 9 * MB).bytes.buffer);
  });
});
