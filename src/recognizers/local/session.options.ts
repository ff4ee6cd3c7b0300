/** How the inference runtime runs: one thread a session, because the workers are the parallelism. */
import type { InferenceSession } from "onnxruntime-node";

export const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  enableCpuMemArena: false,
  enableMemPattern: false,
  graphOptimizationLevel: "all",
};
