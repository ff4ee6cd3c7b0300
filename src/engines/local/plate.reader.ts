/** Reads straightened plates: characters, colour, rows and a calibrated confidence. */
import { join } from "node:path";
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { colorsOfNumber } from "../../plates/plate-format.js";
import type { PlateColor } from "../../plates/plate.vocabulary.js";
import { likeliestTexts, type Hypothesis } from "./ctc.beam.js";
import { loadModel } from "./inference.session.js";
import { readReaderSettings, type ReaderSettings } from "./model.settings.js";
import type { RgbPixels } from "../../images/pixels.decoder.js";

export interface PlateText {
  plateNumber: string;
  /** Probability that the whole reading is right, 0 to 1. */
  confidence: number;
  color: PlateColor;
  doubleRow: boolean;
  /** Whether plates of this colour carry numbers of this shape. */
  plausible: boolean;
}

/**
 * Prior of a number whose format no plate has, or no plate of this colour. A clear image outweighs it; of readings that are about
 * equally likely the one in a known format wins.
 */
const UNKNOWN_FORMAT_PRIOR = 0.002;
/** A prior of at least this counts as plausible: at night the colour is often read wrongly. */
const PLAUSIBLE = 0.02;

export class PlateReader {
  private constructor(
    private readonly session: InferenceSession,
    readonly settings: ReaderSettings,
  ) {}

  static async load(modelsDir: string): Promise<PlateReader> {
    const session = await loadModel(join(modelsDir, "reader.onnx"));
    return new PlateReader(session, await readReaderSettings(modelsDir));
  }

  /** Reads plates of `settings.inputWidth` × `settings.inputHeight`, all in one run, in their order. */
  async read(plates: readonly RgbPixels[]): Promise<PlateText[]> {
    if (plates.length === 0) return [];
    const { inputWidth, inputHeight } = this.settings;
    const input = new Uint8Array(plates.length * inputHeight * inputWidth * 3);
    plates.forEach(({ data }, index) => input.set(data, index * data.length));
    const tensor = new Tensor("uint8", input, [plates.length, inputHeight, inputWidth, 3]);
    const { characters, color, double_row: doubleRow } = await this.session.run({ plate: tensor });
    if (!characters || !color || !doubleRow) throw new Error("reader.onnx gave no characters, colour or layout");
    const [, frames = 0, classes = 0] = characters.dims;
    const colorCount = this.settings.colors.length;
    return plates.map((_, index) => {
      const colors = (color.data as Float32Array).subarray(index * colorCount, (index + 1) * colorCount);
      const logPosteriors = (characters.data as Float32Array).subarray(
        index * frames * classes,
        (index + 1) * frames * classes,
      );
      return {
        ...this.textOf(likeliestTexts(logPosteriors, frames, classes), colors),
        color: this.settings.colors[colors.indexOf(Math.max(...colors))] ?? "UNKNOWN",
        doubleRow: ((doubleRow.data as Float32Array)[index] ?? 0) > 0.5,
      };
    });
  }

  private textOf(
    hypotheses: readonly Hypothesis[],
    colorPosteriors: Float32Array,
  ): Pick<PlateText, "plateNumber" | "confidence" | "plausible"> {
    let best = { plateNumber: "", confidence: 0, plausible: false };
    let bestScore = -Infinity;
    for (const hypothesis of hypotheses) {
      const plateNumber = this.spell(hypothesis);
      const prior = this.priorOf(plateNumber, colorPosteriors);
      const score = hypothesis.logProbability + Math.log(prior);
      if (score <= bestScore) continue;
      bestScore = score;
      const confidence = this.calibrated(Math.exp(hypothesis.logProbability));
      best = { plateNumber, confidence, plausible: prior >= PLAUSIBLE };
    }
    return best;
  }

  /** Prior of this number: the posterior of the colours on which plates of its format exist. */
  private priorOf(plateNumber: string, colorPosteriors: Float32Array): number {
    const possible = colorsOfNumber(plateNumber);
    const share = this.settings.colors.reduce(
      (sum, color, index) => sum + (possible.has(color) ? (colorPosteriors[index] ?? 0) : 0),
      0,
    );
    return Math.max(share, UNKNOWN_FORMAT_PRIOR);
  }

  private spell({ characters }: Hypothesis): string {
    return characters.map((index) => this.settings.characters[index] ?? "").join("");
  }

  /** Linear interpolation between the measured points. */
  private calibrated(raw: number): number {
    const points = this.settings.calibration;
    const above = points.findIndex(([x]) => x >= raw);
    if (above <= 0) return points[above === 0 ? 0 : points.length - 1]?.[1] ?? 0;
    const [x0 = 0, y0 = 0] = points[above - 1] ?? [];
    const [x1 = 1, y1 = 1] = points[above] ?? [];
    return y0 + ((raw - x0) / Math.max(1e-9, x1 - x0)) * (y1 - y0);
  }
}
