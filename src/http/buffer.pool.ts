/**
 * Memory for files that come in, used again. Fresh memory for each would cost more than everything else that is done with an upload: the system clears
 * its pages, and V8 marks its whole heap whenever 64 MB of it have come and gone.
 */

/** Lengths are powers of two from here on, so that what one file leaves fits the next. */
const SHORTEST_BYTES = 64 * 1024;

/** Idle memory goes back to the system when nobody needed any for so long. */
const IDLE_MS = 30_000;

export class BufferPool {
  private readonly idle = new Map<number, Buffer[]>();
  private idleBytes = 0;
  private timer: NodeJS.Timeout | null = null;

  /** @param maxIdleBytes what is given back beyond it is left to the garbage collector */
  constructor(private readonly maxIdleBytes: number) {}

  /** At least so long, and holding anything. */
  take(bytes: number): Buffer {
    const length = Math.max(SHORTEST_BYTES, 2 ** Math.ceil(Math.log2(Math.max(1, bytes))));
    const buffer = this.idle.get(length)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(length);
    this.idleBytes -= length;
    return buffer;
  }

  /** Only what was taken here, and what nobody reads any more: the next taker writes to it. */
  give(buffer: Buffer): void {
    if (this.idleBytes + buffer.length > this.maxIdleBytes) return;
    const alike = this.idle.get(buffer.length);
    if (alike === undefined) this.idle.set(buffer.length, [buffer]);
    else alike.push(buffer);
    this.idleBytes += buffer.length;
    if (this.timer === null) this.timer = setTimeout(() => this.forget(), IDLE_MS).unref();
    else this.timer.refresh();
  }

  private forget(): void {
    this.idle.clear();
    this.idleBytes = 0;
  }
}
