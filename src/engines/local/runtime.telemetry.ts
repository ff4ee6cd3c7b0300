/** Turns off the telemetry of the inference runtime. 1.27, which is used, has none on Linux; in 1.29 and 1.30 it is on by default. */
import { isMainThread } from "node:worker_threads";

/** onnxruntime 1.30 reads it when the process's first session is made. */
const SWITCH = "ORT_DISABLE_TELEMETRY";

/**
 * Call it before the first session, and on the main thread before the first worker: only there does setting `process.env` change the environment of
 * the process, which native code reads. A worker's `process.env` is a copy, so a worker can only check.
 * Left on, the runtime keeps a device id and events under `~/.cache/Microsoft`, writes `mat-debug-PID.log` into the temporary folder, tries to send
 * both to its maker, and overflows a worker's stack when the command line is longer than some 14 kB.
 * @throws Error in a worker whose main thread did not call this
 */
export function disableRuntimeTelemetry(): void {
  if (isMainThread) process.env[SWITCH] = "1";
  else if (process.env[SWITCH] !== "1") throw new Error(`set ${SWITCH}=1 before starting a thread that loads models`);
}
