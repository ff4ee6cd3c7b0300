/** The engine itself, in one thread: decode, find the plates, look closer, straighten, read. */
import { AppError } from "../../errors.js";
import { decodeUpright, type UprightPixels } from "../../images/pixels.decoder.js";
import type { BoundingBox, Photo } from "../../images/photo.js";
import { boxAsSent } from "../../images/upright.grid.js";
import { typeOfPlate } from "../../plates/plate-kind.js";
import type { PlateReading } from "../recognizer.js";
import { lookCloser } from "./close.look.js";
import { boundsOf, intersectionOverUnion, mapQuad, widened, widthOf, type Quad } from "./geometry.js";
import { resized } from "./picture.resize.js";
import { inOuterPicture, PlateDetector, type FoundPlate } from "./plate.detector.js";
import { PlateReader, type PlateText } from "./plate.reader.js";
import { meanLuminance, warpPlate, type PlanarRgb } from "./plate.warp.js";

/** Plates are read from a picture of at most this size; in a larger one the smallest legible plate is still 27 px wide. */
const MAX_LONG_SIDE = 2048;
/** Of the detector's own size: half of it for a plate that fills the picture, twice for one that is tiny. */
const SEARCH_FACTORS = [1, 0.5, 2] as const;
/** More plates than this are not looked at in one photo. */
const MAX_PLATES = 16;
/** Pixels of a plate's width beyond which the photo is made smaller before the plate is read. */
const LARGEST_PLATE = 240;
/** What reads as less than this is taken for something that is no plate. */
const MIN_CHARACTERS = 6;
const MIN_CONFIDENCE = 0.05;

interface ReadPlate {
  quad: Quad;
  picture: PlanarRgb;
  text: PlateText;
}

export class LocalEngine {
  private constructor(
    private readonly detector: PlateDetector,
    private readonly reader: PlateReader,
  ) {}

  /** @param modelsDir holds detector.onnx, reader.onnx and their JSON files */
  static async load(modelsDir: string): Promise<LocalEngine> {
    return new LocalEngine(...(await Promise.all([PlateDetector.load(modelsDir), PlateReader.load(modelsDir)])));
  }

  /**
   * Every plate in the photo, surest first.
   * @param deadline milliseconds since the epoch, looked at between the steps
   * @throws AppError INVALID_IMAGE when the photo does not decode, RECOGNIZER_UNAVAILABLE once the deadline has passed
   */
  async read(photo: Photo, deadline = Infinity): Promise<PlateReading[]> {
    refuseOverdue(deadline);
    const pixels = await decodeUpright(photo, { maxLongSide: MAX_LONG_SIDE });
    refuseOverdue(deadline);
    const plates: ReadPlate[] = [];
    for (const find of (await this.search(pixels)).slice(0, MAX_PLATES)) {
      refuseOverdue(deadline);
      plates.push(...(await this.readFind(pixels, find)));
    }
    plates.sort((first, second) => second.text.confidence - first.text.confidence);
    return withoutTwins(plates).map((plate) => readingOf(plate, pixels, photo));
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

  /** Looks at the whole photo at the size that finds most plates first; where there is none, at further sizes. */
  private async search(pixels: UprightPixels): Promise<FoundPlate[]> {
    const own = Math.max(pixels.width, pixels.height);
    for (const factor of SEARCH_FACTORS) {
      const scale = (this.detector.settings.inputLongSide * factor) / own;
      // Enlarging twice would show nothing new.
      if (factor > 1 && scale > 1) continue;
      const small = await resized(pixels, Math.round(pixels.width * scale), Math.round(pixels.height * scale));
      const finds = await this.detector.find(small);
      if (finds.length > 0) return finds.map((find) => inOuterPicture(find, scale, { x: 0, y: 0 }));
    }
    return [];
  }

  /** Reads the plate by the corners of every look and keeps the surest reading. */
  private async readFind(pixels: UprightPixels, find: FoundPlate): Promise<ReadPlate[]> {
    // The reader was trained on plates no larger; from a much larger one the straightening would skip pixels.
    const shrink = Math.min(1, LARGEST_PLATE / widthOf(find.quad));
    const source =
      shrink < 0.8
        ? await resized(pixels, Math.round(pixels.width * shrink), Math.round(pixels.height * shrink))
        : pixels;
    const toSource = source.width / pixels.width;
    const quads = await lookCloser(this.detector, source, { ...find, quad: scaled(find.quad, toSource) });
    const plates = await this.readQuads(source, quads);
    const [best] = plates
      .filter(readsLikeAPlate)
      .sort((first, second) => second.text.confidence - first.text.confidence);
    return best === undefined ? [] : [{ ...best, quad: scaled(best.quad, 1 / toSource) }];
  }
}

function refuseOverdue(deadline: number): void {
  if (Date.now() > deadline) throw new AppError("RECOGNIZER_UNAVAILABLE", "The photo's time has run out.");
}

function scaled(quad: Quad, factor: number): Quad {
  return mapQuad(quad, ({ x, y }) => ({ x: x * factor, y: y * factor }));
}

function readsLikeAPlate({ text }: ReadPlate): boolean {
  return [...text.plateNumber].length >= MIN_CHARACTERS && text.confidence >= MIN_CONFIDENCE;
}

/** Two finds of one plate: the surer one stays. */
function withoutTwins(plates: readonly ReadPlate[]): ReadPlate[] {
  const kept: ReadPlate[] = [];
  for (const plate of plates) {
    if (kept.every((other) => intersectionOverUnion(boundsOf(other.quad), boundsOf(plate.quad)) < 0.3))
      kept.push(plate);
  }
  return kept;
}

function readingOf({ quad, picture, text }: ReadPlate, pixels: UprightPixels, photo: Photo): PlateReading {
  const upright = boundsOf(
    mapQuad(quad, ({ x, y }) => ({ x: clamp(x, 0, pixels.width), y: clamp(y, 0, pixels.height) })),
  );
  const inPhoto = (value: number): number => Math.round(value / pixels.scale);
  const box: BoundingBox = {
    left: inPhoto(upright.left),
    top: inPhoto(upright.top),
    right: inPhoto(upright.right),
    bottom: inPhoto(upright.bottom),
  };
  return {
    plateNumber: text.plateNumber,
    color: text.color,
    type: typeOfPlate(text),
    // Rounded down: 100 would promise more than can be measured.
    confidence: Math.floor(text.confidence * 100),
    brightness: Math.round(meanLuminance(picture)),
    // One picture does not tell which way a car moves.
    direction: "UNKNOWN",
    boundingBox: boxAsSent(box, photo),
  };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
