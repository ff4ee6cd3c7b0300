/** Loads models: the only place that creates sessions of the inference runtime. */
import { InferenceSession } from "onnxruntime-node";
import { disableRuntimeTelemetry } from "./runtime.telemetry.js";

/**
 * The workers are the parallelism. A second thread inside a worker costs 1.4 to 1.6 times the processor time and answers no sooner: the
 * operations take 0.05 to 0.5 ms, about as long as waking the thread does. Measured beside other work.
 */
const OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // The arena never returns the memory that the largest photo needed; without it the runs take no longer.
  enableCpuMemArena: false,
  enableMemPattern: false,
  graphOptimizationLevel: "all",
};

/** @param path of an `.onnx` file */
export async function loadModel(path: string): Promise<InferenceSession> {
  disableRuntimeTelemetry();
  return await InferenceSession.create(path, OPTIONS);
}
