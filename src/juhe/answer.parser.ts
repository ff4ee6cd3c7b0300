/** Parses the vendor's answers. No other file knows their shape. */
import { z } from "zod";
import type { BoundingBox } from "../images/photo.js";
import { normalizePlateNumber } from "../plates/plate-number.js";
import type { Direction, PlateColor, PlateType } from "../plates/plate.vocabulary.js";
import { answerEntry, entriesByPlate, type AnswerEntry, type AnswerField } from "./answer.fields.js";
import { colorOfCode, colorOfName, directionOfCode, typeOfCode } from "./code.tables.js";
import { currentErrorCode, juheReason } from "./error.codes.js";

/** One plate in the vendor's answer, in our words; the shape of the engines' `PlateReading`. */
export interface JuheReading {
  plateNumber: string;
  color: PlateColor;
  type: PlateType;
  /** 0 to 100; 0 when the vendor names none. */
  confidence: number;
  brightness: number | null;
  direction: Direction;
  /** Pixels of the photo that was sent; null when the vendor names none or an impossible one. */
  boundingBox: BoundingBox | null;
}

export type JuheOutcome =
  /** `readings` in the vendor's order; empty when the photo shows no plate. */
  | { kind: "read"; readings: readonly JuheReading[]; orderId: string | null }
  /** The vendor says no; `errorCode` is the current code, also where only the older one was sent. */
  | { kind: "refused"; errorCode: number; reason: string; orderId: string | null }
  /** Nothing that follows the vendor's document, or no answer at all; `problem` finishes "the vendor …". */
  | { kind: "broken"; problem: string; cause?: Error };

const integer = z.union([
  z.int32(),
  z
    .string()
    .trim()
    .regex(/^-?\d{1,9}$/u)
    .transform(Number),
]);
const text = z.union([z.string(), z.number().transform(String), z.null().transform(() => "")]);

const answerSchema = z.object({
  error_code: integer.nullish(),
  resultcode: integer.nullish(),
  reason: z.string().nullish(),
  result: z.unknown().optional(),
});

const resultSchema = z.object({
  orderid: z.union([z.string(), z.number().transform(String)]).nullish(),
  res: z.array(z.object({ desc: z.string(), content: text.optional() })).nullable(),
});

const orderIdSchema = resultSchema.pick({ orderid: true });

/** Characters; twice the longest plate. Longer text is no plate, and an index row has a limit. */
const MAX_PLATE_LENGTH = 20;

const BROKEN_SHAPE = { kind: "broken", problem: "gave an answer of an unknown shape" } as const;

/** What a parsed JSON answer of the vendor says. Never throws. */
export function parseJuheAnswer(json: unknown): JuheOutcome {
  const answer = answerSchema.safeParse(json);
  if (!answer.success) return BROKEN_SHAPE;
  const code = answer.data.error_code ?? answer.data.resultcode;
  if (code === undefined || code === null) return BROKEN_SHAPE;
  const errorCode = currentErrorCode(code);
  if (errorCode !== 0) {
    const orderId = orderIdSchema.safeParse(answer.data.result).data?.orderid || null;
    const reason = answer.data.reason || juheReason(errorCode) || "";
    return { kind: "refused", errorCode, reason, orderId };
  }
  const result = resultSchema.safeParse(answer.data.result);
  return result.success ? readResult(result.data) : BROKEN_SHAPE;
}

function readResult({ res, orderid }: z.infer<typeof resultSchema>): JuheOutcome {
  const entries = (res ?? []).flatMap(({ desc, content }) => answerEntry(desc, content ?? "") ?? []);
  // If the vendor renames 车牌号, that is a fault and not "no plate".
  if (res?.length && !entries.some(({ field }) => field === "plateNumber")) return BROKEN_SHAPE;
  const readings = entriesByPlate(entries).flatMap((plate) => readPlate(plate) ?? []);
  return { kind: "read", readings, orderId: orderid || null };
}

function readPlate(entries: readonly AnswerEntry[]): JuheReading | null {
  const content = (field: AnswerField): string => entries.find((entry) => entry.field === field)?.content ?? "";
  const code = (field: AnswerField): number => numberOf(content(field)) ?? 0;
  const plateNumber = normalizePlateNumber(content("plateNumber"));
  if (plateNumber === "" || plateNumber.length > MAX_PLATE_LENGTH) return null;
  return {
    plateNumber,
    color: colorOfName(content("colorName")) ?? colorOfCode(code("colorCode")),
    type: typeOfCode(code("type")),
    confidence: Math.min(100, Math.max(0, Math.round(numberOf(content("confidence")) ?? 0))),
    brightness: roundedOrNull(numberOf(content("brightness"))),
    direction: directionOfCode(code("direction")),
    boundingBox: boxOf(content("boundingBox")),
  };
}

function numberOf(text: string): number | null {
  const digits = /^(-?\d{1,9}(?:\.\d+)?)\s*%?$/u.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

function roundedOrNull(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

/** `273_154_345_173`: left, top, right, bottom. */
function boxOf(text: string): BoundingBox | null {
  const sides = text.split(/[_,\s]+/u).map(numberOf);
  const [left, top, right, bottom] = sides.map(roundedOrNull);
  if (sides.length !== 4 || left == null || top == null || right == null || bottom == null) return null;
  return left < right && top < bottom ? { left, top, right, bottom } : null;
}
