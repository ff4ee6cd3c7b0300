/** The worker thread of the local engine: it loads one pipeline and reads one photo at a time. */
import { workerData } from "node:worker_threads";
import sharp from "sharp";
import { AppError, type ErrorCode } from "../../errors.js";
import type { Photo } from "../../images/photo.js";
import { PlatePipeline, type LocatedReading } from "./plate.pipeline.js";
import { StopFlag } from "./stop.flag.js";

export interface WorkerTask {
  /** `bytes` are this thread's own. */
  photo: Omit<Photo, "bytes"> & { bytes: Uint8Array };
  /** Memory of the `StopFlag`. */
  stop: SharedArrayBuffer;
}

/** Structured cloning drops an error's class, so an expected error is sent as data. */
export type WorkerAnswer = { readings: LocatedReading[] } | { refusal: { code: ErrorCode; message: string } };

// The workers are the parallelism: each decodes in one thread.
sharp.concurrency(1);

const pipeline = PlatePipeline.load((workerData as { modelsDir: string }).modelsDir);

export default async function read({ photo, stop }: WorkerTask): Promise<WorkerAnswer> {
  try {
    const bytes = Buffer.from(photo.bytes.buffer, photo.bytes.byteOffset, photo.bytes.byteLength);
    return { readings: await (await pipeline).read({ ...photo, bytes }, new StopFlag(stop)) };
  } catch (error) {
    if (error instanceof AppError) return { refusal: { code: error.code, message: error.message } };
    throw error;
  }
}
