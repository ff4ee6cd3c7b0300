/**
 * Which shapes of plate numbers exist, and in which colours (GA 36-2018 and older plates still on the road): a prior for readers, not a
 * filter.
 */
import { PROVINCES } from "./plate-number.js";
import type { PlateColor } from "./plate.vocabulary.js";

const P = `[${PROVINCES.join("")}]`;
/** The office's letter: no I; O has been given out. */
const A = "[A-HJ-Z]";
/** A place of the serial: a digit or a letter other than I and O. */
const S = "[0-9A-HJ-NP-Z]";

const FORMATS: readonly (readonly [string, readonly PlateColor[]])[] = [
  [`${P}${A}${S}{5}`, ["BLUE", "YELLOW", "BLACK"]], // cars, lorries, buses
  [`京V[0-9]{5}`, ["WHITE"]], // the forces in the capital, before 2004
  [`${P}${A}${S}{4}[警急]`, ["WHITE"]],
  [`${P}${A}${S}{4}[学挂]`, ["YELLOW"]],
  [`${P}${A}[A-HJK]${S}[0-9]{4}`, ["GREEN"]], // new energy, small
  [`${P}${A}[0-9]{5}[A-HJK]`, ["YELLOW_GREEN"]], // new energy, large
  [`粤Z${S}{4}[港澳]`, ["BLACK"]],
  [`${P}${A}[0-9]{4}领`, ["BLACK"]],
  [`使[0-9]{6}`, ["BLACK"]],
  [`[0-9]{6}使`, ["BLACK"]],
  [`领[0-9]{6}`, ["BLACK"]],
  [`WJ${P}?[0-9]{4}[0-9A-Z]`, ["WHITE"]], // armed police since 2013
  [`WJ[0-9]{7}`, ["WHITE"]], // armed police before
  [`[A-HJ-Z]{2}[0-9]{5}`, ["WHITE"]], // the forces since 2004
  [`[军空海甲未北南沈兰成济广][A-HJ-Z][0-9]{5}`, ["WHITE"]], // and before
  [`民航[A-HJ-Z][0-9]{4}`, ["GREEN"]],
  [`${P}[0-9]{7}`, ["GREEN"]], // tractors
];

const COMPILED = FORMATS.map(([pattern, colors]) => ({ pattern: new RegExp(`^(?:${pattern})$`, "u"), colors }));

/** The colours of plates that carry (normalised) numbers of this shape; none when no plate does. */
export function colorsOfNumber(plateNumber: string): ReadonlySet<PlateColor> {
  return new Set(COMPILED.flatMap(({ pattern, colors }) => (pattern.test(plateNumber) ? colors : [])));
}

/** Whether a plate with this (normalised) number can exist. */
export function isKnownFormat(plateNumber: string): boolean {
  return colorsOfNumber(plateNumber).size > 0;
}
