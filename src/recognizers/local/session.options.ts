/** How the inference runtime runs. */
import type { InferenceSession } from "onnxruntime-node";

/**
 * The workers are the parallelism. A second thread inside a worker costs 1.4 to 1.6 times the processor time and answers no sooner: the
 * operations take 0.05 to 0.5 ms, about as long as waking the thread does. Measured beside other work; on idle cores it is open.
 */
export const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // The arena keeps what the largest photo once needed; without it the runs take no longer.
  enableCpuMemArena: false,
  enableMemPattern: false,
  graphOptimizationLevel: "all",
};
