/**
 * Loaded into the server that is attacked: SIGUSR2 has V8 collect its garbage. By itself V8 does so only when more memory is asked for, and an idle server
 * keeps what an attack held until then; what counts is what can't be collected.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread } from "node:worker_threads";

if (isMainThread) {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  process.on("SIGUSR2", () => collect());
}
