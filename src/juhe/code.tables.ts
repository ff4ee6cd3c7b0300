/** The vendor's code tables for colour, type and direction, to and from the words of `plates/plate.vocabulary`. */
import {
  DIRECTIONS,
  PLATE_COLORS,
  PLATE_TYPES,
  type Direction,
  type PlateColor,
  type PlateType,
} from "../plates/plate.vocabulary.js";

/** 车牌颜色 by name; the index is the code, as in `PLATE_COLORS`. */
const COLOR_NAMES = ["未知", "蓝", "黄", "白", "黑", "绿", "黄绿"] as const;

const COLOR_BY_NAME: ReadonlyMap<string, PlateColor> = new Map(
  COLOR_NAMES.map((name, code): [string, PlateColor] => [name, PLATE_COLORS[code] ?? "UNKNOWN"]),
);

/** The colour of a vendor's name (蓝, also 蓝色 and 蓝牌); null when the name is none of the table's. */
export function colorOfName(name: string): PlateColor | null {
  return COLOR_BY_NAME.get(name.replace(/(?:色|牌|车牌)$/u, "")) ?? null;
}

/** The colour of a vendor's code; UNKNOWN for a code that the table does not hold. */
export function colorOfCode(code: number): PlateColor {
  return PLATE_COLORS[code] ?? "UNKNOWN";
}

/** The type of 车牌类型 0 to 18; UNKNOWN for any other, because the vendor's table grows (19 and 20 were seen elsewhere). */
export function typeOfCode(code: number): PlateType {
  return PLATE_TYPES[code] ?? "UNKNOWN";
}

/** The direction of 车牌运动方向 0 to 4; UNKNOWN for any other. */
export function directionOfCode(code: number): Direction {
  return DIRECTIONS[code] ?? "UNKNOWN";
}

export function nameOfColor(color: PlateColor): string {
  return COLOR_NAMES[codeOfColor(color)] ?? COLOR_NAMES[0];
}

export function codeOfColor(color: PlateColor): number {
  return PLATE_COLORS.indexOf(color);
}

export function codeOfType(type: PlateType): number {
  return PLATE_TYPES.indexOf(type);
}

export function codeOfDirection(direction: Direction): number {
  return DIRECTIONS.indexOf(direction);
}
