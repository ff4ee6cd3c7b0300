/** The worker thread's side: one engine, loaded once, and answers that survive the way between threads. */
import { workerData } from "node:worker_threads";
import sharp from "sharp";
import { AppError, type ErrorCode } from "../../errors.js";
import type { Photo } from "../../images/photo.js";
import { PlatePipeline, type LocatedReading } from "./plate.pipeline.js";

export interface WorkerTask {
  photo: Photo;
  /** Milliseconds since the epoch (clocks of threads differ in all else); nobody waits for the answer any longer. */
  deadline: number;
}

/** Errors lose their class between threads, so an expected one goes as data. */
export type WorkerAnswer = { readings: LocatedReading[] } | { refusal: { code: ErrorCode; message: string } };

// The workers are the parallelism: each decodes in one thread of its own.
sharp.concurrency(1);

const engine = PlatePipeline.load((workerData as { modelsDir: string }).modelsDir);

export default async function read({ photo, deadline }: WorkerTask): Promise<WorkerAnswer> {
  try {
    // Buffers arrive as bare Uint8Arrays.
    const bytes = Buffer.from(photo.bytes.buffer, photo.bytes.byteOffset, photo.bytes.byteLength);
    return { readings: await (await engine).read({ ...photo, bytes }, deadline) };
  } catch (error) {
    if (error instanceof AppError) return { refusal: { code: error.code, message: error.message } };
    throw error;
  }
}
