/** Which shapes of plate numbers exist (GA 36-2018 and older plates still in pictures): a prior for readers, not a filter. */
import { PROVINCES } from "./plate-number.js";

const P = `[${PROVINCES.join("")}]`;
/** The office's letter: no I; O has been given out. */
const A = "[A-HJ-Z]";
/** A place of the serial: a digit or a letter other than I and O. */
const S = "[0-9A-HJ-NP-Z]";

const FORMATS = [
  `${P}${A}${S}{5}`, // cars, lorries, buses
  `${P}${A}${S}{4}[警学挂急]`,
  `${P}${A}[A-HJK]${S}[0-9]{4}`, // new energy, small
  `${P}${A}[0-9]{5}[A-HJK]`, // new energy, large
  `粤Z${S}{4}[港澳]`,
  `${P}${A}[0-9]{4}领`,
  `使[0-9]{6}`,
  `[0-9]{6}使`,
  `领[0-9]{6}`,
  `WJ${P}?[0-9]{4}[0-9A-Z]`, // armed police since 2013
  `WJ[0-9]{7}`, // armed police before
  `[A-HJ-Z]{2}[0-9]{5}`, // the forces since 2004
  `[军空海甲未北南沈兰成济广][A-HJ-Z][0-9]{5}`, // and before
  `民航[A-HJ-Z][0-9]{4}`,
  `${P}[0-9]{7}`, // tractors
];

const KNOWN_FORMAT = new RegExp(`^(?:${FORMATS.join("|")})$`, "u");

/** Whether a plate with this (normalised) number can exist. */
export function isKnownFormat(plateNumber: string): boolean {
  return KNOWN_FORMAT.test(plateNumber);
}
