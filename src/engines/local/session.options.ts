/** How the inference runtime runs. */
import type { InferenceSession } from "onnxruntime-node";

/**
 * The workers are the parallelism; where a core is idle, a second thread answers a single photo sooner. Without spinning: a
 * thread that waits for work must not take the core from another worker.
 */
export const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  intraOpNumThreads: 2,
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: "0" } } },
  // The arena keeps what the largest photo once needed; without it the runs take no longer.
  enableCpuMemArena: false,
  enableMemPattern: false,
  graphOptimizationLevel: "all",
};
