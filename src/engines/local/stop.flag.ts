/** A flag in shared memory that tells a worker thread to stop reading its photo. */

export class StopFlag {
  /** Sent to the other thread; flags over the same memory share their state. */
  readonly memory: SharedArrayBuffer;
  readonly #cell: Int32Array;

  constructor(memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#cell = new Int32Array(memory);
  }

  get isSet(): boolean {
    return Atomics.load(this.#cell, 0) === 1;
  }

  set(): void {
    Atomics.store(this.#cell, 0, 1);
  }
}
