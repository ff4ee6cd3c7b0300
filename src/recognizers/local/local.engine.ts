/** The engine itself, in one thread: decode, find the plates, look closer, straighten, read. */
import sharp from "sharp";
import { decodeUpright, type UprightPixels } from "../../images/pixels.decoder.js";
import type { BoundingBox, Photo } from "../../images/photo.js";
import { boxAsSent } from "../../images/upright.grid.js";
import { typeOfPlate } from "../../plates/plate-kind.js";
import type { PlateReading } from "../recognizer.js";
import { boundsOf, intersectionOverUnion, mapQuad, widened, type Quad } from "./geometry.js";
import { inOuterPicture, PlateDetector, type FoundPlate } from "./plate.detector.js";
import { PlateReader, type PlateText } from "./plate.reader.js";
import { meanLuminance, warpPlate, type PlanarRgb } from "./plate.warp.js";

/** Plates are read from a picture of at most this size; in a larger one the smallest legible plate is still 27 px wide. */
const MAX_LONG_SIDE = 2048;
/** More plates than this are not looked at in one photo. */
const MAX_PLATES = 16;
/** The closer look: a square around the plate, this many plate widths wide, shown this large. */
const CLOSE_UP = { plateWidths: 2.2, side: 256 } as const;
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

  /** Every plate in the photo, surest first. @throws AppError INVALID_IMAGE when the photo does not decode. */
  async read(photo: Photo): Promise<PlateReading[]> {
    const pixels = await decodeUpright(photo, { maxLongSide: MAX_LONG_SIDE });
    const quads: Quad[] = [];
    for (const find of (await this.search(pixels)).slice(0, MAX_PLATES))
      quads.push((await this.lookCloser(pixels, find)).quad);
    const plates = (await this.readQuads(pixels, quads)).filter(readsLikeAPlate);
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

  private async search(pixels: UprightPixels): Promise<FoundPlate[]> {
    const scale = this.detector.settings.inputLongSide / Math.max(pixels.width, pixels.height);
    const small = await resized(pixels, Math.round(pixels.width * scale), Math.round(pixels.height * scale));
    return (await this.detector.find(small)).map((find) => inOuterPicture(find, scale, { x: 0, y: 0 }));
  }

  /** Corners found in the whole photo are coarse; found again in a part of it where the plate is large, they are exact. */
  private async lookCloser(pixels: UprightPixels, find: FoundPlate): Promise<FoundPlate> {
    const box = boundsOf(find.quad);
    const side = Math.round(Math.max(CLOSE_UP.plateWidths * Math.max(box.right - box.left, box.bottom - box.top), 32));
    const left = clamp(Math.round((box.left + box.right - side) / 2), 0, pixels.width - 1);
    const top = clamp(Math.round((box.top + box.bottom - side) / 2), 0, pixels.height - 1);
    const width = Math.min(side, pixels.width - left);
    const height = Math.min(side, pixels.height - top);
    const scale = CLOSE_UP.side / Math.max(width, height);
    const part = await resized(pixels, Math.round(width * scale), Math.round(height * scale), {
      left,
      top,
      width,
      height,
    });
    const again = (await this.detector.find(part))
      .map((closer) => inOuterPicture(closer, scale, { x: left, y: top }))
      .find((closer) => intersectionOverUnion(boundsOf(closer.quad), box) > 0.4);
    return again ?? find;
  }
}

async function resized(
  pixels: UprightPixels,
  width: number,
  height: number,
  part?: { left: number; top: number; width: number; height: number },
): Promise<UprightPixels> {
  const picture = sharp(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels: 3 } });
  if (part) picture.extract(part);
  const size = { width: Math.max(1, width), height: Math.max(1, height) };
  const data = await picture
    .resize({ ...size, fit: "fill", kernel: "cubic" })
    .raw()
    .toBuffer();
  return { data, ...size, scale: pixels.scale };
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
