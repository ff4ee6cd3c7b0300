/** The end of the shell that npx runs the program by stands for the signal that ended it: npm sends SIGTERM to that shell, which does not pass it on. */

const LOOK_MS = 250;

/** Does nothing for a program that was not started by npx (`npm exec`). */
export function onShellEnd(stop: () => void): void {
  if (process.env.npm_command !== "exec") return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    stop();
  }, LOOK_MS);
  timer.unref();
}
