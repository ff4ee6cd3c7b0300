/** Tells a worker thread, while it reads a photo, that nobody waits for the answer any longer. */

export class StopFlag {
  /** What goes to the other thread; a flag made of it is the same flag. */
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
