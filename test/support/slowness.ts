/** How busy the machine is, for bounds on times that hold on a free one. */

const PROCESSOR_MS = 50;

/** How many times longer than its processor time a piece of work takes now, because other programs run: 1 on a free machine. */
export function slowness(): number {
  const before = process.cpuUsage();
  const started = performance.now();
  for (;;) {
    const { user, system } = process.cpuUsage(before);
    const spent = (user + system) / 1000;
    if (spent >= PROCESSOR_MS) return Math.max(1, (performance.now() - started) / spent);
  }
}
