/** Reads a photo in one thread: decode, detect, refine the corners, straighten, read. */
import { AppError } from "../../errors.js";
import { decodeUpright, type RgbPixels, type UprightPixels } from "../../images/pixels.decoder.js";
import type { BoundingBox, Photo } from "../../images/photo.js";
import { boxAsSent } from "../../images/exif.orientation.js";
import { typeOfPlate } from "../../plates/plate-kind.js";
import type { PlateReading } from "../engine.js";
import { DetectionReader, isSure, type ReadPlate } from "./detection.reader.js";
import { boundsOf, intersectionOverUnion, mapQuad, widthOf, type Quad } from "./geometry.js";
import { PlateDetector } from "./plate.detector.js";
import { PlateReader } from "./plate.reader.js";
import { searchPhoto } from "./plate.search.js";
import { meanLuminance } from "./plate.warp.js";
import { StopFlag } from "./stop.flag.js";
import { couldBeTight, fillsImage, isSurelyTight, padded, wholeOf } from "./tight.crop.js";

/** Longest side of the image that plates are read from, in pixels; the smallest legible plate is 27 px wide in one of that size. */
const MAX_LONG_SIDE = 2048;
/** Detections that are read of one search, highest scores first. */
const MAX_PLATES = 16;
/** Beside a plate that was read surely, detections with a lower score are rarely plates: one crop of them is read. */
const STRONG_DETECTION = 0.65;
/** The least confidence at which the whole image is taken for a plate, although nothing was detected in it. */
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
    for await (const { shown, detections } of searchPhoto(this.detector, pixels)) {
      for (const detection of detections.slice(0, MAX_PLATES)) {
        refuseStopped(stop);
        const thorough = detection.score >= STRONG_DETECTION || !plates.some(isSure);
        const plate = await this.detectionReader.read([pixels, shown], detection, thorough, other);
        if (plate !== null) plates.push(plate);
      }
      // The photo is searched at the next size only where nothing was read at this one.
      if (plates.length > 0) break;
    }
    return plates;
  }

  /** The plate of an image that is a tight crop of one; none where no plate fills the image. */
  private async platesOfTight(pixels: RgbPixels, stop: StopFlag): Promise<ReadPlate[]> {
    refuseStopped(stop);
    const crop = await padded(pixels);
    const plates = await this.platesOfPhoto(crop.pixels, stop, [crop.whole]);
    const own = plates.map((plate) => ({ ...plate, quad: crop.inCrop(plate.quad) }));
    return own.some(({ quad }) => fillsImage(quad, pixels)) ? own : [];
  }

  /** For images cut so tight that the detector sees no plate: the whole image is read as one. */
  private async wholeAsPlate(pixels: RgbPixels): Promise<ReadPlate[]> {
    const plates = await this.readQuads(pixels, [wholeOf(pixels)]);
    return plates.filter(({ text }) => text.plausible && text.confidence >= LEAST_CONFIDENCE_OF_WHOLE);
  }

  /** Reads the plates inside the quads (pixels of the image); those that don't span an area are left out. */
  readQuads(pixels: RgbPixels, quads: readonly Quad[]): Promise<ReadPlate[]> {
    return this.detectionReader.readQuads(pixels, quads);
  }
}

function refuseStopped(stop: StopFlag): void {
  if (stop.isSet)
    throw new AppError(
      "RECOGNIZER_UNAVAILABLE",
      "The photo's reading was stopped: its caller has gone or its time is up.",
    );
}

/** Highest confidence first; of equal ones the larger plate, which is nearer to the camera. */
function bySureness(first: ReadPlate, second: ReadPlate): number {
  return percentOf(second) - percentOf(first) || widthOf(second.quad) - widthOf(first.quad);
}

/** Rounded down: 0.996 is not reported as 100. */
function percentOf({ text }: ReadPlate): number {
  return Math.floor(text.confidence * 100);
}

/** Of two readings of one plate the first one stays. */
function withoutTwins(plates: readonly ReadPlate[]): ReadPlate[] {
  const kept: ReadPlate[] = [];
  for (const plate of plates) {
    if (kept.every((other) => intersectionOverUnion(boundsOf(other.quad), boundsOf(plate.quad)) < TWIN_IOU))
      kept.push(plate);
  }
  return kept;
}

function readingOf(plate: ReadPlate, pixels: UprightPixels, photo: Photo): LocatedReading {
  const { quad, image, text } = plate;
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
    brightness: Math.round(meanLuminance(image)),
    // One photo does not show which way a vehicle moves.
    direction: "UNKNOWN",
    boundingBox: boxAsSent(box, photo),
    corners,
  };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
