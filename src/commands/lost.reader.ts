/** Commands whose output nobody reads any more, as after `| head -1`. */

/** The status that a shell gives a program that SIGPIPE ended: 128 + 13. */
const READER_LEFT = 141;

/**
 * What else keeps standard output from being written, such as a full disk, is told in one line.
 * @param lost called with the exit status; without a listener a write that fails would end the process with a stack trace
 */
export function onLostReader(lost: (status: number, error: Error) => void): void {
  let told = false;
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      const left = error.code === "EPIPE";
      if (!left && !told) process.stderr.write(`The output can't be written: ${error.message}\n`);
      told = true;
      lost(left ? READER_LEFT : 1, error);
    });
}
