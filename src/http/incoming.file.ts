/**
 * A file on its way in. Each chunk is copied and hashed while it is at hand, and can go at once: chunks kept until the file is whole grow old, and what
 * is old V8 frees only by marking its whole heap.
 */
import { createHash } from "node:crypto";
import type { ImageFile } from "../images/photo.js";
import { BufferPool } from "./buffer.pool.js";

/** Some thirty photos of a common size at once. */
const MAX_IDLE_BYTES = 64 * 1024 * 1024;

const pool = new BufferPool(MAX_IDLE_BYTES);

export class IncomingFile implements ImageFile {
  private memory: Buffer;
  private length = 0;
  private mayBeUsedAgain = true;
  private readonly hash = createHash("sha256");
  private digest: Buffer | null = null;

  /** @param expectedBytes how long it will be at most, as far as the sender says */
  constructor(expectedBytes: number) {
    this.memory = pool.take(expectedBytes);
  }

  add(chunk: Buffer): void {
    if (this.length + chunk.length > this.memory.length) this.grow(this.length + chunk.length);
    chunk.copy(this.memory, this.length);
    this.length += chunk.length;
    this.hash.update(chunk);
  }

  /** Valid until the file is released. */
  get bytes(): Buffer {
    return this.memory.subarray(0, this.length);
  }

  /** To be asked for when the file is whole. */
  get sha256(): Buffer {
    return (this.digest ??= this.hash.digest());
  }

  /** Somebody may go on reading after the request is answered. */
  abandon(): void {
    this.mayBeUsedAgain = false;
  }

  /** The request is answered: the next file may have the memory. */
  release(): void {
    if (this.mayBeUsedAgain) pool.give(this.memory);
    this.mayBeUsedAgain = false;
  }

  private grow(atLeast: number): void {
    const larger = pool.take(atLeast);
    this.memory.copy(larger, 0, 0, this.length);
    pool.give(this.memory);
    this.memory = larger;
  }
}
