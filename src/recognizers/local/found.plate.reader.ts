/** Reads one found plate: by its straightened look where that is clear, by every look where it is not. */
import type { UprightPixels } from "../../images/pixels.decoder.js";
import { inCloseUp, straightened } from "./close.look.js";
import { mapQuad, widened, widthOf, type Quad } from "./geometry.js";
import { resized } from "./picture.resize.js";
import type { FoundPlate, PlateDetector } from "./plate.detector.js";
import type { PlateReader, PlateText } from "./plate.reader.js";
import { warpPlate, type PlanarRgb } from "./plate.warp.js";

/** Pixels of a plate's width beyond which the photo is made smaller before the plate is read. */
const LARGEST_PLATE = 240;
/** A first reading this sure is not improved by further looks; on the held-out photos all of them are right. */
const SURE = 0.9;
/** What reads as less than this is taken for something that is no plate. */
const MIN_CHARACTERS = 6;
const MIN_CONFIDENCE = 0.05;
/** A find that no closer look confirms must have been this sure from afar. */
const UNCONFIRMED_SCORE = 0.6;

export interface ReadPlate {
  /** In pixels of the picture. */
  quad: Quad;
  /** What the reader saw. */
  picture: PlanarRgb;
  text: PlateText;
}

export class FoundPlateReader {
  constructor(
    private readonly detector: PlateDetector,
    private readonly reader: PlateReader,
  ) {}

  /** Null when the find does not read like a plate. */
  async read(pixels: UprightPixels, find: FoundPlate): Promise<ReadPlate | null> {
    // The reader was trained on plates no larger; from a much larger one the straightening would skip pixels.
    const shrink = Math.min(1, LARGEST_PLATE / widthOf(find.quad));
    const source =
      shrink < 0.8
        ? await resized(pixels, Math.round(pixels.width * shrink), Math.round(pixels.height * shrink))
        : pixels;
    const toSource = source.width / pixels.width;
    const plate = await this.readInSource(source, { ...find, quad: scaled(find.quad, toSource) });
    return plate && { ...plate, quad: scaled(plate.quad, 1 / toSource) };
  }

  /** Reads the plates inside the quads; those that don't span an area are left out. */
  async readQuads(pixels: UprightPixels, quads: readonly Quad[]): Promise<ReadPlate[]> {
    const { inputWidth, inputHeight, margin } = this.reader.settings;
    const cut = quads.flatMap((quad) => {
      const picture = warpPlate(pixels, widened(quad, margin.x, margin.y), inputWidth, inputHeight);
      return picture === null ? [] : [{ quad, picture }];
    });
    const texts = await this.reader.read(cut.map(({ picture }) => picture));
    return cut.flatMap((plate, index) => {
      const text = texts[index];
      return text === undefined ? [] : [{ ...plate, text }];
    });
  }

  private async readInSource(pixels: UprightPixels, find: FoundPlate): Promise<ReadPlate | null> {
    const straight = await straightened(this.detector, pixels, find.quad);
    const first = await this.readQuads(pixels, [straight ?? find.quad]);
    if (straight !== null && first.some(({ text }) => text.confidence >= SURE)) return first[0] ?? null;
    const closer = await inCloseUp(this.detector, pixels, find.quad);
    if (straight === null && closer === null && find.score < UNCONFIRMED_SCORE) return null;
    const again = await straightened(this.detector, pixels, straight ?? closer ?? find.quad);
    const further = [again, closer, straight && find.quad].filter((quad) => quad !== null);
    return likeliest([...(await this.readQuads(pixels, further)), ...first]);
  }
}

/** Of the texts that were read, the one with most confidence behind it, by its surest look. */
function likeliest(looks: readonly ReadPlate[]): ReadPlate | null {
  const support = new Map<string, number>();
  const plates = looks.filter(readsLikeAPlate);
  for (const { text } of plates) support.set(text.plateNumber, (support.get(text.plateNumber) ?? 0) + text.confidence);
  const weight = ({ text }: ReadPlate): number => (support.get(text.plateNumber) ?? 0) + text.confidence / 1e3;
  return plates.reduce<ReadPlate | null>(
    (best, plate) => (best === null || weight(plate) > weight(best) ? plate : best),
    null,
  );
}

function readsLikeAPlate({ text }: ReadPlate): boolean {
  return [...text.plateNumber].length >= MIN_CHARACTERS && text.confidence >= MIN_CONFIDENCE;
}

function scaled(quad: Quad, factor: number): Quad {
  return mapQuad(quad, ({ x, y }) => ({ x: x * factor, y: y * factor }));
}
