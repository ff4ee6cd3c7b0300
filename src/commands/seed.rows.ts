/** Readings for trials: a year of traffic in the order of time, in which few plates are seen often and most a few times. */
import { randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import type { Property } from "../database/entity.table.js";
import { typeOfPlate } from "../plates/plate-kind.js";
import type { PlateColor } from "../plates/plate.vocabulary.js";
import { provinceOf } from "../plates/plate-number.js";
import type { PlateRecognitionEntity } from "../recognitions/store/plate-recognition.entity.js";
import type { RecognitionRequestEntity } from "../recognitions/store/recognition-request.entity.js";

/** Readings for each different plate, on average. */
const READINGS_PER_PLATE = 5;
const YEAR_MS = 365 * 24 * 3_600_000;
const CAMERAS = 200;

/** Provinces, roughly by their number of cars. */
const PROVINCES = [
  ..."粤粤粤粤鲁鲁鲁鲁苏苏苏苏浙浙浙冀冀冀豫豫豫川川川京京沪沪皖皖湘湘鄂鄂陕陕辽辽闽闽晋赣桂云贵蒙黑渝津吉新甘琼宁青藏",
];
const OFFICES = [..."AAAABBBCCDEFGHJKLMNPQRSTUVWXYZ"];
const SERIAL_LETTERS = [..."ABCDEFGHJKLMNPQRSTUVWXYZ"];

type Field = string | number | null;

/** Both rows of one reading, in the order of the properties below. */
export interface TrialReading {
  request: readonly Field[];
  recognition: readonly Field[];
}

export const REQUEST_PROPERTIES = [
  "id",
  "partnerId",
  "status",
  "engine",
  "source",
  "imageSha256",
  "imageByteSize",
  "imageFormat",
  "imageWidth",
  "imageHeight",
  "durationMs",
  "createdAt",
  "cameraId",
] as const satisfies readonly Property<RecognitionRequestEntity>[];

export const RECOGNITION_PROPERTIES = [
  "id",
  "partnerId",
  "requestId",
  "rank",
  "plateNumber",
  "province",
  "color",
  "type",
  "confidence",
  "brightness",
  "direction",
  "boxLeft",
  "boxTop",
  "boxRight",
  "boxBottom",
  "capturedAt",
  "recognizedAt",
  "cameraId",
  "engine",
] as const satisfies readonly Property<PlateRecognitionEntity>[];

/** Readings `from` to `to` of `rows` in all; the year ends now. */
export function* trialReadings(partnerId: string, rows: number, from: number, to: number): Generator<TrialReading> {
  const plates = Math.max(1, Math.ceil(rows / READINGS_PER_PLATE));
  const start = Date.now() - YEAR_MS;
  for (let index = from; index < to; index += 1) {
    const at = Math.floor(start + ((index + Math.random()) / rows) * YEAR_MS);
    // The cube of a random number: a few plates are seen often, most a few times.
    yield readingOf(partnerId, at, plateOf(Math.floor(Math.random() ** 3 * plates)));
  }
}

function readingOf(partnerId: string, at: number, { plateNumber, color }: TrialPlate): TrialReading {
  const request = uuidv7({ msecs: at });
  const time = new Date(at).toISOString();
  const confidence = Math.max(0, 99 - Math.floor(Math.random() ** 4 * 90));
  const camera = Math.floor(Math.random() * CAMERAS);
  const left = Math.floor(Math.random() * 900);
  const top = Math.floor(Math.random() * 500);
  const sha256 = `\\x${randomBytes(32).toString("hex")}`;
  const type = typeOfPlate({ plateNumber, color, doubleRow: color === "YELLOW" && camera % 2 === 0 });
  const cameraId = `camera-${camera}`;
  return {
    request: [
      request,
      partnerId,
      "SUCCEEDED",
      "LOCAL",
      "UPLOAD",
      sha256,
      200_000,
      "JPEG",
      1280,
      720,
      30,
      time,
      cameraId,
    ],
    recognition: [
      uuidv7({ msecs: at }),
      partnerId,
      request,
      0,
      plateNumber,
      provinceOf(plateNumber),
      color,
      type,
      confidence,
      60 + (camera % 120),
      "UNKNOWN",
      left,
      top,
      left + 140,
      top + 45,
      time,
      time,
      cameraId,
      "LOCAL",
    ],
  };
}

interface TrialPlate {
  plateNumber: string;
  color: PlateColor;
}

/** The n-th plate, the same at every call. Of a hundred: one police car, six lorries, twelve new-energy cars. */
function plateOf(n: number): TrialPlate {
  const random = sequenceOf(n);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? "";
  const kind = random();
  const head = pick(PROVINCES) + pick(OFFICES);
  // A letter stands in every other serial.
  const letter = random() < 0.5 ? pick(SERIAL_LETTERS) : null;
  const digits = (count: number): string => String(Math.floor(random() * 10 ** count)).padStart(count, "0");
  const serial = (count: number): string => (letter === null ? digits(count) : letter + digits(count - 1));
  if (kind < 0.01) return { plateNumber: `${head}${serial(4)}警`, color: "WHITE" };
  if (kind < 0.07) return { plateNumber: `${head}${serial(5)}`, color: "YELLOW" };
  if (kind < 0.19) return { plateNumber: `${head}${random() < 0.75 ? "D" : "F"}${digits(5)}`, color: "GREEN" };
  return { plateNumber: `${head}${serial(5)}`, color: "BLUE" };
}

/** Random numbers from 0 to 1 that depend on `seed` alone (splitmix32). */
function sequenceOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
