/** Detects plates in an image: four corners and a score for each. */
import { join } from "node:path";
import { type InferenceSession, Tensor } from "onnxruntime-node";
import type { RgbPixels } from "../../images/pixels.decoder.js";
import { boundsOf, intersectionOverUnion, mapQuad, type Point, type Quad } from "./geometry.js";
import { loadModel } from "./inference.session.js";
import { readDetectorSettings, type DetectorSettings } from "./model.settings.js";
import type { ImagePart } from "./pixels.resizer.js";

export interface Detection {
  /** In pixels of the image that the detector was given. */
  quad: Quad;
  /** 0 to 1. */
  score: number;
}

/** The network halves the resolution five times, so sides are multiples of 2⁵. */
const GRID = 32;

export class PlateDetector {
  private constructor(
    private readonly session: InferenceSession,
    readonly settings: DetectorSettings,
  ) {}

  static async load(modelsDir: string): Promise<PlateDetector> {
    const session = await loadModel(join(modelsDir, "detector.onnx"));
    return new PlateDetector(session, await readDetectorSettings(modelsDir));
  }

  /** Every plate in the image, highest score first. The image's sides must be multiples of 32: see `onGrid`. */
  async detect({ data, width, height }: RgbPixels): Promise<Detection[]> {
    const { score, corners } = await this.session.run({ image: new Tensor("uint8", data, [1, height, width, 3]) });
    if (score === undefined || corners === undefined) throw new Error("detector.onnx gave no score or no corners");
    const detections = this.peaks(
      score.data as Float32Array,
      corners.data as Float32Array,
      width / this.settings.stride,
      height / this.settings.stride,
    );
    return this.withoutOverlaps(detections.sort((first, second) => second.score - first.score));
  }

  /** Cells that score at least the threshold and no less than their eight neighbours. */
  private peaks(score: Float32Array, corners: Float32Array, columns: number, rows: number): Detection[] {
    const { stride, scoreThreshold } = this.settings;
    const at = (row: number, column: number): number =>
      row < 0 || column < 0 || row >= rows || column >= columns ? -1 : (score[row * columns + column] ?? -1);
    const detections: Detection[] = [];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const own = at(row, column);
        if (own < scoreThreshold) continue;
        let isPeak = true;
        for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) isPeak &&= at(row + dy, column + dx) <= own;
        if (!isPeak) continue;
        const cell = row * columns + column;
        const corner = (index: number): Point => ({
          x: (column + 0.5) * stride + (corners[index * 2 * rows * columns + cell] ?? 0),
          y: (row + 0.5) * stride + (corners[(index * 2 + 1) * rows * columns + cell] ?? 0),
        });
        detections.push({ quad: [corner(0), corner(1), corner(2), corner(3)], score: own });
      }
    }
    return detections;
  }

  private withoutOverlaps(detections: readonly Detection[]): Detection[] {
    const kept: Detection[] = [];
    for (const detection of detections) {
      const box = boundsOf(detection.quad);
      if (kept.every((other) => intersectionOverUnion(boundsOf(other.quad), box) <= this.settings.nmsIou))
        kept.push(detection);
    }
    return kept;
  }
}

/** The nearest side that the detector accepts, in pixels. */
export function onGrid(side: number): number {
  return Math.max(GRID, Math.round(side / GRID) * GRID);
}

/** Maps a detection from a resized part (`shown`) to the pixels of the image that the part was taken from. */
export function inOuterImage(detection: Detection, shown: RgbPixels, part: ImagePart): Detection {
  const [scaleX, scaleY] = [part.width / shown.width, part.height / shown.height];
  return {
    ...detection,
    quad: mapQuad(detection.quad, ({ x, y }) => ({ x: x * scaleX + part.left, y: y * scaleY + part.top })),
  };
}
