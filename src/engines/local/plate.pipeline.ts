/** Reads a photo in one thread: decode, detect the plates, look closer, straighten, read. */
import { AppError } from "../../errors.js";
import { decodeUpright, type RgbPixels, type UprightPixels } from "../../images/pixels.decoder.js";
import type { BoundingBox, Photo } from "../../images/photo.js";
import { boxAsSent } from "../../images/upright.grid.js";
import { typeOfPlate } from "../../plates/plate-kind.js";
import type { PlateReading } from "../engine.js";
import { DetectionReader, isSure, type ReadPlate } from "./detection.reader.js";
import { boundsOf, intersectionOverUnion, mapQuad, widthOf, type Quad } from "./geometry.js";
import { PlateDetector } from "./plate.detector.js";
import { PlateReader } from "./plate.reader.js";
import { searchPhoto } from "./plate.search.js";
import { meanLuminance } from "./plate.warp.js";
import { StopFlag } from "./stop.flag.js";
import { couldBeTight, fillsPicture, isSurelyTight, onGround, wholeOf } from "./tight.crop.js";

/** Plates are read from a picture of at most this size; in a larger one the smallest legible plate is still 27 px wide. */
const MAX_LONG_SIDE = 2048;
/** More finds than this are not read in one look at a photo. */
const MAX_PLATES = 16;
/** Weaker finds beside a plate that was read surely are rarely plates: one look is enough for them. */
const STRONG_FIND = 0.65;
/** The whole picture counts as a plate where it reads as surely as this: no detector has seen one there. */
const LEAST_CONFIDENCE_OF_WHOLE = 0.5;
/** Boxes that overlap more than this are of one plate. */
const TWIN_IOU = 0.3;

export interface LocatedReading extends PlateReading {
  /** In pixels of the upright photo. */
  corners: Quad;
}

export class PlatePipeline {
  private readonly detectionReader: DetectionReader;

  private constructor(
    private readonly detector: PlateDetector,
    reader: PlateReader,
  ) {
    this.detectionReader = new DetectionReader(detector, reader);
  }

  /** @param modelsDir holds detector.onnx, reader.onnx and their JSON files */
  static async load(modelsDir: string): Promise<PlatePipeline> {
    return new PlatePipeline(...(await Promise.all([PlateDetector.load(modelsDir), PlateReader.load(modelsDir)])));
  }

  /**
   * Every plate in the photo, surest first.
   * @param stop looked at between the steps
   * @throws AppError INVALID_IMAGE when the photo does not decode, RECOGNIZER_UNAVAILABLE once the flag is set
   */
  async read(photo: Photo, stop = new StopFlag()): Promise<LocatedReading[]> {
    refuseStopped(stop);
    const pixels = await decodeUpright(photo, { maxLongSide: MAX_LONG_SIDE });
    refuseStopped(stop);
    const plates = await this.platesIn(pixels, stop);
    plates.sort(bySureness);
    return withoutTwins(plates).map((plate) => readingOf(plate, pixels, photo));
  }

  private async platesIn(pixels: RgbPixels, stop: StopFlag): Promise<ReadPlate[]> {
    const isTight = isSurelyTight(pixels);
    const first = isTight ? await this.platesOfTight(pixels, stop) : [];
    if (first.length > 0) return first;
    const plates = await this.platesOfPhoto(pixels, stop);
    if (plates.length > 0 || !couldBeTight(pixels)) return plates;
    const later = isTight ? [] : await this.platesOfTight(pixels, stop);
    return later.length > 0 ? later : this.wholeAsPlate(pixels);
  }

  /** @param other see DetectionReader.read */
  private async platesOfPhoto(pixels: RgbPixels, stop: StopFlag, other: readonly Quad[] = []): Promise<ReadPlate[]> {
    const plates: ReadPlate[] = [];
    for await (const { shown, finds } of searchPhoto(this.detector, pixels)) {
      for (const find of finds.slice(0, MAX_PLATES)) {
        refuseStopped(stop);
        const patient = find.score >= STRONG_FIND || !plates.some(isSure);
        const plate = await this.detectionReader.read([pixels, shown], find, patient, other);
        if (plate !== null) plates.push(plate);
      }
      // The next look is for photos in which this one found nothing that reads like a plate.
      if (plates.length > 0) break;
    }
    return plates;
  }

  /** The plate of a picture that is all plate; nothing where what is found does not fill it. */
  private async platesOfTight(pixels: RgbPixels, stop: StopFlag): Promise<ReadPlate[]> {
    refuseStopped(stop);
    const ground = await onGround(pixels);
    const plates = await this.platesOfPhoto(ground.pixels, stop, [ground.whole]);
    const own = plates.map((plate) => ({ ...plate, quad: ground.inPicture(plate.quad) }));
    return own.some(({ quad }) => fillsPicture(quad, pixels)) ? own : [];
  }

  /** What no look finds a plate in may still be one, cut so tight that nothing but characters is left. */
  private async wholeAsPlate(pixels: RgbPixels): Promise<ReadPlate[]> {
    const plates = await this.readQuads(pixels, [wholeOf(pixels)]);
    return plates.filter(({ text }) => text.plausible && text.confidence >= LEAST_CONFIDENCE_OF_WHOLE);
  }

  /** Reads the plates inside the quads (pixels of the picture); those that don't span an area are left out. */
  readQuads(pixels: RgbPixels, quads: readonly Quad[]): Promise<ReadPlate[]> {
    return this.detectionReader.readQuads(pixels, quads);
  }
}

function refuseStopped(stop: StopFlag): void {
  if (stop.isSet) throw new AppError("RECOGNIZER_UNAVAILABLE", "Nobody waits for this photo any longer.");
}

/** Of plates that are told equally surely, the larger one belongs to the car that the photo was taken of. */
function bySureness(first: ReadPlate, second: ReadPlate): number {
  return percentOf(second) - percentOf(first) || widthOf(second.quad) - widthOf(first.quad);
}

/** Rounded down: 100 would promise more than can be measured. */
function percentOf({ text }: ReadPlate): number {
  return Math.floor(text.confidence * 100);
}

/** Two finds of one plate: the surer one stays. */
function withoutTwins(plates: readonly ReadPlate[]): ReadPlate[] {
  const kept: ReadPlate[] = [];
  for (const plate of plates) {
    if (kept.every((other) => intersectionOverUnion(boundsOf(other.quad), boundsOf(plate.quad)) < TWIN_IOU))
      kept.push(plate);
  }
  return kept;
}

function readingOf(plate: ReadPlate, pixels: UprightPixels, photo: Photo): LocatedReading {
  const { quad, picture, text } = plate;
  const corners = mapQuad(quad, ({ x, y }) => ({
    x: clamp(x, 0, pixels.width) / pixels.scale,
    y: clamp(y, 0, pixels.height) / pixels.scale,
  }));
  const { left, top, right, bottom } = boundsOf(corners);
  const box: BoundingBox = {
    left: Math.round(left),
    top: Math.round(top),
    right: Math.round(right),
    bottom: Math.round(bottom),
  };
  return {
    plateNumber: text.plateNumber,
    color: text.color,
    type: typeOfPlate(text),
    confidence: percentOf(plate),
    brightness: Math.round(meanLuminance(picture)),
    // One picture does not tell which way a car moves.
    direction: "UNKNOWN",
    boundingBox: boxAsSent(box, photo),
    corners,
  };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
