/** Releases what a start acquired, in reverse, within a deadline. */

/** @param hurry aborted when requests in flight are no longer waited for */
export type Release = (hurry: AbortSignal) => Promise<unknown>;

/** What is in flight when the server stops has this long to end. */
const STOP_DEADLINE_MS = 10_000;

/** What one release may take once the deadline has passed. PostgreSQL needs one or two seconds. */
const GRACE_MS = 5_000;

/**
 * Every release runs, also after one that failed or took too long: an embedded PostgreSQL that is not stopped would outlive this process.
 * @param hurry aborted by whoever does not want to wait for the deadline
 * @throws AggregateError of what failed
 */
export async function releaseAll(releases: Release[], hurry?: AbortSignal): Promise<void> {
  const deadline = AbortSignal.timeout(STOP_DEADLINE_MS);
  const signal = hurry === undefined ? deadline : AbortSignal.any([deadline, hurry]);
  const failures: unknown[] = [];
  for (let release = releases.pop(); release !== undefined; release = releases.pop()) {
    try {
      await settledOrOverdue(release(signal), signal);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, "Not everything could be released.");
}

/** Resolves when the work is done, or `GRACE_MS` after the signal. */
async function settledOrOverdue(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<void>((resolve) => {
    const start = (): void => {
      timer = setTimeout(resolve, GRACE_MS);
    };
    if (signal.aborted) start();
    else signal.addEventListener("abort", start, { once: true });
  });
  await Promise.race([work, overdue]).finally(() => clearTimeout(timer));
}
