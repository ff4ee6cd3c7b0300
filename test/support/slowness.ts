/** How busy the machine is, for bounds on times that hold on a free one. */

const PROCESSOR_MS = 50;
/** No more than this is put down to other programs. */
const MOST = 3;

/**
 * How many times longer than on a free machine `work` takes, because other programs run: 1 to 3, the lesser of two samples, before it and after it. What
 * the server still does afterwards can't stretch both.
 */
export async function slownessBeside<Answer>(
  work: () => Promise<Answer>,
): Promise<{ answer: Answer; slowness: number }> {
  const before = slowness();
  const answer = await work();
  return { answer, slowness: Math.min(MOST, before, slowness()) };
}

function slowness(): number {
  const before = process.cpuUsage();
  const started = performance.now();
  for (;;) {
    const { user, system } = process.cpuUsage(before);
    const spent = (user + system) / 1000;
    if (spent >= PROCESSOR_MS) return Math.max(1, (performance.now() - started) / spent);
  }
}
