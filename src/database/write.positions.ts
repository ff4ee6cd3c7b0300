/** The position of the write-ahead log after each caller's last write, for a bounded number of callers. */
import type { LogPosition } from "./log.position.js";

/** Some 2 MB. */
const MAX_CALLERS = 10_000;
/** A write so long ago counts as replayed: callers must not stay on the primary for ever beside a replica that is gone. */
const FORGET_MS = 3_600_000;

export class WritePositions {
  /** In the order of the last write. */
  private readonly writes = new Map<string, { position: LogPosition; at: number }>();
  /** Holds for callers that are no longer kept. */
  private forgotten = { position: 0, at: 0 };

  constructor(private readonly maxCallers = MAX_CALLERS) {}

  set(caller: string, position: LogPosition): void {
    this.writes.delete(caller);
    this.writes.set(caller, { position, at: Date.now() });
    for (const [oldest, write] of this.writes) {
      if (this.writes.size <= this.maxCallers) break;
      this.writes.delete(oldest);
      if (write.position > this.forgotten.position) this.forgotten = write;
    }
  }

  /** What must be replayed before the caller sees all of its writes; 0 when there is nothing. */
  get(caller: string): LogPosition {
    const { position, at } = this.writes.get(caller) ?? this.forgotten;
    return Date.now() - at < FORGET_MS ? position : 0;
  }
}
