/** Reads one found plate: by its straightened look where that is clear, by every look where it is not. */
import type { RgbPixels } from "../../images/pixels.decoder.js";
import { inCloseUp, straightened } from "./close.look.js";
import { mapQuad, sheared, widened, widthOf, type Quad } from "./geometry.js";
import type { Detection, PlateDetector } from "./plate.detector.js";
import type { PlateReader, PlateText } from "./plate.reader.js";
import { warpPlate } from "./plate.warp.js";

/**
 * A plate is read from the smallest picture in which it is at least this wide, in pixels: from a much larger one the
 * straightening would skip pixels.
 */
const LEAST_WIDTH_WHEN_SMALLER = 160;
/** A first reading this sure is not improved by further looks; on the held-out photos all of them are right. */
const SURE = 0.9;
/** What reads as less than this is taken for something that is no plate. */
const MIN_CHARACTERS = 6;
const MIN_CONFIDENCE = 0.05;
/** The same for a number that no plate of this colour carries: dates, telephone numbers, parking places. */
const MIN_CONFIDENCE_IF_ODD = 0.7;
/** A find that no closer look confirms must have been this sure from afar. */
const UNCONFIRMED_SCORE = 0.6;
/**
 * Slants that are tried when no look is sure, in shares of the plate's height: a plate seen from aside and below is found
 * as an upright one.
 */
const SHEARS = [-0.35, -0.18, 0.18, 0.35] as const;
/** Scales that are tried then, as shares of its sides by which the plate is widened: the first character stands nearest the edge. */
const SCALES = [0.04, -0.03] as const;

export interface ReadPlate {
  /** In pixels of the picture. */
  quad: Quad;
  /** What the reader saw. */
  picture: RgbPixels;
  text: PlateText;
}

export class DetectionReader {
  constructor(
    private readonly detector: PlateDetector,
    private readonly reader: PlateReader,
  ) {}

  /**
   * @param pictures the photo at falling sizes; the find is in pixels of the first one
   * @param patient whether further looks are taken where the first is not sure
   * @param other corners by which the plate may be read besides, in pixels of the first picture
   * @returns the plate in pixels of the first one, or null when the find does not read like a plate
   */
  async read(
    pictures: readonly [RgbPixels, ...RgbPixels[]],
    find: Detection,
    patient: boolean,
    other: readonly Quad[] = [],
  ): Promise<ReadPlate | null> {
    const [photo, ...smaller] = pictures;
    const isLargeEnough = ({ width }: RgbPixels): boolean =>
      width < photo.width && (widthOf(find.quad) * width) / photo.width >= LEAST_WIDTH_WHEN_SMALLER;
    const picture = smaller.findLast(isLargeEnough) ?? photo;
    const own = { ...find, quad: moved(find.quad, photo, picture) };
    const others = other.map((quad) => moved(quad, photo, picture));
    const plate = await this.readIn(picture, own, patient, others);
    return plate && { ...plate, quad: moved(plate.quad, picture, photo) };
  }

  /** Reads the plates inside the quads; those that don't span an area are left out. */
  async readQuads(pixels: RgbPixels, quads: readonly Quad[]): Promise<ReadPlate[]> {
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

  private async readIn(
    pixels: RgbPixels,
    find: Detection,
    patient: boolean,
    other: readonly Quad[],
  ): Promise<ReadPlate | null> {
    const straight = await straightened(this.detector, pixels, find.quad);
    const first = await this.readQuads(pixels, [straight ?? find.quad]);
    if (straight !== null && first.some(isSure)) return likeliest(first);
    if (!patient) return likeliest(first);
    const closer = await inCloseUp(this.detector, pixels, find.quad);
    if (straight === null && closer === null && find.score < UNCONFIRMED_SCORE) return null;
    const again = await straightened(this.detector, pixels, straight ?? closer ?? find.quad);
    const further = [again, closer, straight && find.quad, ...other].filter((quad) => quad !== null);
    const looks = [...first, ...(await this.readQuads(pixels, further))];
    if (looks.some(isSure)) return likeliest(looks);
    const best = again ?? straight ?? closer ?? find.quad;
    const varied = [
      ...SHEARS.map((share) => sheared(best, share)),
      ...SCALES.map((share) => widened(best, share, share)),
    ];
    return likeliest([...looks, ...(await this.readQuads(pixels, varied))]);
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
