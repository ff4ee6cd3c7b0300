/** The numbers that belong to the trained models, read from the JSON beside each `.onnx` file. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { PLATE_COLORS } from "../../plates/plate.vocabulary.js";

const detectorSchema = z.object({
  /** Input pixels between neighbouring cells of the output. */
  stride: z.number().int().positive(),
  scoreThreshold: z.number().min(0).max(1),
  /** Of two detections that overlap by more than this, the one with the lower score is dropped. */
  nmsIou: z.number().min(0).max(1),
});

const readerSchema = z.object({
  inputWidth: z.number().int().positive(),
  inputHeight: z.number().int().positive(),
  /** How far the detected corners are moved outward before the plate is cropped, in shares of its sides. */
  margin: z.object({ x: z.number(), y: z.number() }),
  /** Class i + 1 is `characters[i]`; class 0 is the CTC blank. */
  characters: z.array(z.string().min(1)),
  colors: z.array(z.enum(PLATE_COLORS)),
  /** Rising points [raw, probability of an exact reading], interpolated linearly. */
  calibration: z.array(z.tuple([z.number(), z.number()])).min(2),
});

export type DetectorSettings = z.infer<typeof detectorSchema>;
export type ReaderSettings = z.infer<typeof readerSchema>;

export async function readDetectorSettings(modelsDir: string): Promise<DetectorSettings> {
  return detectorSchema.parse(JSON.parse(await readFile(join(modelsDir, "detector.json"), "utf8")));
}

export async function readReaderSettings(modelsDir: string): Promise<ReaderSettings> {
  return readerSchema.parse(JSON.parse(await readFile(join(modelsDir, "reader.json"), "utf8")));
}
