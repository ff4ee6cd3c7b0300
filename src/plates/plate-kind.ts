/** The vendor's type of a plate, from what is written on it, its colour and its layout. */
import type { PlateColor, PlateType } from "./plate.vocabulary.js";

export interface PlateLook {
  /** Normalised. */
  plateNumber: string;
  color: PlateColor;
  doubleRow: boolean;
}

/** Characters that only one kind of plate carries. They are surer than a colour seen at night. */
const TYPE_OF_CHARACTER: readonly (readonly [RegExp, PlateType])[] = [
  [/^WJ/, "ARMED_POLICE"],
  [/警$/u, "POLICE"],
  [/使/u, "EMBASSY"],
  [/领/u, "CONSULATE"],
  [/港$/u, "HONG_KONG"],
  [/澳$/u, "MACAU"],
  [/^民航/u, "CIVIL_AVIATION"],
];

const MILITARY = /^(?:[A-Z]{2}|[军空海甲未北南沈兰成济广][A-Z])[0-9]{5}$/u;
/** In the capital, plates of the forces before 2004; on blue the same number is a car's. */
const CAPITAL_FORCES = /^京V[0-9]{5}$/u;
const TRACTOR = /^\p{Script=Han}[0-9]{7}$/u;
const NEW_ENERGY_SMALL = /^\p{Script=Han}[A-Z][A-HJK][0-9A-Z][0-9]{4}$/u;
const NEW_ENERGY_LARGE = /^\p{Script=Han}[A-Z][0-9]{5}[A-HJK]$/u;

export function typeOfPlate({ plateNumber, color, doubleRow }: PlateLook): PlateType {
  const marked = TYPE_OF_CHARACTER.find(([pattern]) => pattern.test(plateNumber));
  if (marked !== undefined) return marked[1];
  if (MILITARY.test(plateNumber)) return doubleRow ? "DOUBLE_ROW_MILITARY" : "SINGLE_ROW_MILITARY";
  if (TRACTOR.test(plateNumber)) return "TRACTOR";
  if (NEW_ENERGY_SMALL.test(plateNumber)) return "NEW_ENERGY_SMALL";
  if (NEW_ENERGY_LARGE.test(plateNumber)) return "NEW_ENERGY_LARGE";
  if (color === "YELLOW") return doubleRow ? "DOUBLE_ROW_YELLOW" : "SINGLE_ROW_YELLOW";
  if (color === "BLUE" || color === "BLACK") return color;
  if (color === "WHITE" && CAPITAL_FORCES.test(plateNumber)) return "SINGLE_ROW_MILITARY";
  return "UNKNOWN";
}
