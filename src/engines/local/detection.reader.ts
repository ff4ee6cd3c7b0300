/** Reads one detected plate: from its straightened crop where that reading is sure, else from several crops. */
import type { RgbPixels } from "../../images/pixels.decoder.js";
import { inCloseUp, straightened } from "./corner.refiner.js";
import { mapQuad, sheared, widened, widthOf, type Quad } from "./geometry.js";
import type { Detection, PlateDetector } from "./plate.detector.js";
import type { PlateReader, PlateText } from "./plate.reader.js";
import { warpPlate } from "./plate.warp.js";

/**
 * A plate is read from the smallest image in which it is at least so many pixels wide: straightening samples four pixels for one,
 * so from a much larger image it would skip pixels.
 */
const LEAST_WIDTH_WHEN_SMALLER = 160;
/** A first reading with at least this confidence is taken as it is: on the held-out photos all of them are right. */
const SURE = 0.9;
/** Readings with fewer characters or less confidence are not taken for plates. */
const MIN_CHARACTERS = 6;
const MIN_CONFIDENCE = 0.05;
/** The least confidence for a number whose format no plate of this colour has: dates, telephone numbers, parking places. */
const MIN_CONFIDENCE_IF_ODD = 0.7;
/** The least score of a detection that the detector does not repeat in the enlarged or straightened part. */
const UNCONFIRMED_SCORE = 0.6;
/**
 * Shears of the quad that are tried when no reading is sure, in shares of the plate's height: for plates seen from aside and
 * below, whose corners are detected as those of an upright one.
 */
const SHEARS = [-0.35, -0.18, 0.18, 0.35] as const;
/** Shares of its sides by which the quad is widened then: the first character stands nearest the edge and is cut off first. */
const SCALES = [0.04, -0.03] as const;

export interface ReadPlate {
  /** In pixels of the image. */
  quad: Quad;
  /** The crop that the reader was given. */
  image: RgbPixels;
  text: PlateText;
}

export class DetectionReader {
  constructor(
    private readonly detector: PlateDetector,
    private readonly reader: PlateReader,
  ) {}

  /**
   * @param images the photo at falling sizes; the detection is in pixels of the first one
   * @param thorough whether further crops are read where the first reading is not sure
   * @param other further corners to crop by, in pixels of the first image
   * @returns the plate in pixels of the first image; null when the text is not taken for a plate's
   */
  async read(
    images: readonly [RgbPixels, ...RgbPixels[]],
    detection: Detection,
    thorough: boolean,
    other: readonly Quad[] = [],
  ): Promise<ReadPlate | null> {
    const [photo, ...smaller] = images;
    const isLargeEnough = ({ width }: RgbPixels): boolean =>
      width < photo.width && (widthOf(detection.quad) * width) / photo.width >= LEAST_WIDTH_WHEN_SMALLER;
    const image = smaller.findLast(isLargeEnough) ?? photo;
    const own = { ...detection, quad: moved(detection.quad, photo, image) };
    const others = other.map((quad) => moved(quad, photo, image));
    const plate = await this.readIn(image, own, thorough, others);
    return plate && { ...plate, quad: moved(plate.quad, image, photo) };
  }

  /** Reads the plates inside the quads; those that don't span an area are left out. */
  async readQuads(pixels: RgbPixels, quads: readonly Quad[]): Promise<ReadPlate[]> {
    const { inputWidth, inputHeight, margin } = this.reader.settings;
    const cut = quads.flatMap((quad) => {
      const image = warpPlate(pixels, widened(quad, margin.x, margin.y), inputWidth, inputHeight);
      return image === null ? [] : [{ quad, image }];
    });
    const texts = await this.reader.read(cut.map(({ image }) => image));
    return cut.flatMap((plate, index) => {
      const text = texts[index];
      return text === undefined ? [] : [{ ...plate, text }];
    });
  }

  private async readIn(
    pixels: RgbPixels,
    detection: Detection,
    thorough: boolean,
    other: readonly Quad[],
  ): Promise<ReadPlate | null> {
    const straight = await straightened(this.detector, pixels, detection.quad);
    const first = await this.readQuads(pixels, [straight ?? detection.quad]);
    if (straight !== null && first.some(isSure)) return likeliest(first);
    if (!thorough) return likeliest(first);
    const closer = await inCloseUp(this.detector, pixels, detection.quad);
    if (straight === null && closer === null && detection.score < UNCONFIRMED_SCORE) return null;
    const again = await straightened(this.detector, pixels, straight ?? closer ?? detection.quad);
    const further = [again, closer, straight && detection.quad, ...other].filter((quad) => quad !== null);
    const readings = [...first, ...(await this.readQuads(pixels, further))];
    if (readings.some(isSure)) return likeliest(readings);
    const best = again ?? straight ?? closer ?? detection.quad;
    const varied = [
      ...SHEARS.map((share) => sheared(best, share)),
      ...SCALES.map((share) => widened(best, share, share)),
    ];
    return likeliest([...readings, ...(await this.readQuads(pixels, varied))]);
  }
}

/** Of the texts that were read, the one with the highest summed confidence; of its crops, the one with the highest. */
function likeliest(readings: readonly ReadPlate[]): ReadPlate | null {
  const support = new Map<string, number>();
  const plates = readings.filter(readsLikeAPlate);
  for (const { text } of plates) support.set(text.plateNumber, (support.get(text.plateNumber) ?? 0) + text.confidence);
  const weight = ({ text }: ReadPlate): number => (support.get(text.plateNumber) ?? 0) + text.confidence / 1e3;
  return plates.reduce<ReadPlate | null>(
    (best, plate) => (best === null || weight(plate) > weight(best) ? plate : best),
    null,
  );
}

export function isSure({ text }: ReadPlate): boolean {
  return text.confidence >= SURE;
}

function readsLikeAPlate({ text }: ReadPlate): boolean {
  const least = text.plausible ? MIN_CONFIDENCE : MIN_CONFIDENCE_IF_ODD;
  return [...text.plateNumber].length >= MIN_CHARACTERS && text.confidence >= least;
}

function moved(quad: Quad, from: RgbPixels, to: RgbPixels): Quad {
  const [scaleX, scaleY] = [to.width / from.width, to.height / from.height];
  return mapQuad(quad, ({ x, y }) => ({ x: x * scaleX, y: y * scaleY }));
}
