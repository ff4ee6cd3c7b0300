/** The words for what a plate is: colour, type and direction, in the vendor's order, so that an index is a Juhe code. */

/** Colours; the index is the code of the engine family's colour table (0 未知, 1 蓝, 2 黄, 3 白, 4 黑, 5 绿, 6 黄绿). */
export const PLATE_COLORS = ["UNKNOWN", "BLUE", "YELLOW", "WHITE", "BLACK", "GREEN", "YELLOW_GREEN"] as const;
export type PlateColor = (typeof PLATE_COLORS)[number];

/** Juhe 车牌颜色类型; the index is the code, 0 to 18. */
export const PLATE_TYPES = [
  "UNKNOWN",
  "BLUE",
  "BLACK",
  "SINGLE_ROW_YELLOW",
  "DOUBLE_ROW_YELLOW",
  "POLICE",
  "ARMED_POLICE",
  "PERSONALIZED",
  "SINGLE_ROW_MILITARY",
  "DOUBLE_ROW_MILITARY",
  "EMBASSY",
  "HONG_KONG",
  "TRACTOR",
  "MACAU",
  "FACTORY",
  "CIVIL_AVIATION",
  "CONSULATE",
  "NEW_ENERGY_SMALL",
  "NEW_ENERGY_LARGE",
] as const;
export type PlateType = (typeof PLATE_TYPES)[number];

/** Juhe 车牌运动方向; the index is the code, 0 to 4. */
export const DIRECTIONS = ["UNKNOWN", "LEFT", "RIGHT", "UP", "DOWN"] as const;
export type Direction = (typeof DIRECTIONS)[number];
