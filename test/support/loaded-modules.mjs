/** With `--import`: writes the address of every ES module that is loaded to standard error. */
import { writeSync } from "node:fs";
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

export async function load(url, context, next) {
  writeSync(2, `loaded ${url}\n`);
  return next(url, context);
}

if (isMainThread) register(import.meta.url);
