/** A progress bar for commands that take a while: on stderr, and only where a person looks at it. */
import { Presets, SingleBar } from "cli-progress";

export interface ProgressBar {
  /** So many more are done. */
  add(count: number): void;
  stop(): void;
}

export function startProgressBar(total: number, unit: string): ProgressBar {
  const bar = new SingleBar(
    {
      format: `{bar} {value}/{total} ${unit}, {eta_formatted} left`,
      stream: process.stderr,
      clearOnComplete: true,
      // Where stderr is a file or a pipe, nothing is drawn.
      noTTYOutput: false,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return { add: (count) => bar.increment(count), stop: () => bar.stop() };
}
