/** How models are loaded and run: the only place that makes sessions of the inference runtime. */
import { InferenceSession } from "onnxruntime-node";
import { disableRuntimeTelemetry } from "./runtime.telemetry.js";

/**
 * The workers are the parallelism. A second thread for each session answers a single photo sooner where a core is idle. It does not spin: a
 * thread that waits for work must not take the core from another worker (28 photos a second without spinning, 13 with it).
 */
const OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  intraOpNumThreads: 2,
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: "0" } } },
  // The arena keeps what the largest photo once needed; without it the runs take no longer.
  enableCpuMemArena: false,
  enableMemPattern: false,
  graphOptimizationLevel: "all",
};

/** @param path of an `.onnx` file */
export async function loadModel(path: string): Promise<InferenceSession> {
  disableRuntimeTelemetry();
  return await InferenceSession.create(path, OPTIONS);
}
