import { describe, expect, test } from "@jest/globals";
import { colorsOfNumber, isKnownFormat } from "../../src/plates/plate-format.js";
import { typeOfPlate } from "../../src/plates/plate-kind.js";
import type { PlateColor } from "../../src/plates/plate.vocabulary.js";
import { likeliestTexts } from "../../src/engines/local/ctc.beam.js";
import {
  boundsOf,
  intersectionOverUnion,
  rectangleToQuad,
  sheared,
  widened,
  type Quad,
} from "../../src/engines/local/geometry.js";
import type { RgbPixels } from "../../src/images/pixels.decoder.js";
import { meanLuminance, warpPlate } from "../../src/engines/local/plate.warp.js";

describe("plate formats", () => {
  test.each([
    "粤TNT444",
    "京A12345",
    "川O71775",
    "沪AD12345",
    "皖A12345D",
    "京A1234警",
    "琼A6716学",
    "皖B1234挂",
    "粤ZAB12港",
    "粤Z1234澳",
    "沪A1707领",
    "使224578",
    "224578使",
    "WJ京1234X",
    "WJ12345",
    "WJ1693015",
    "VA12345",
    "军A00101",
    "民航A1234",
    "黑0112345",
  ])("%s can exist", (plate) => expect(isKnownFormat(plate)).toBe(true));

  test.each([
    "",
    "粤T",
    "粤粤12345",
    "TNT444",
    "粤TNT44",
    "粤TNT4444I",
    "粤I12345",
    "粤TNTI44",
    "12345",
    "京A123456789",
  ])("%s can't", (plate) => expect(isKnownFormat(plate)).toBe(false));

  test.each<[string, PlateColor[]]>([
    ["皖A12345", ["BLUE", "YELLOW", "BLACK"]],
    ["皖A1234警", ["WHITE"]],
    ["皖AD12345", ["GREEN"]],
    ["皖A12345D", ["YELLOW_GREEN"]],
    ["京V02633", ["BLUE", "YELLOW", "BLACK", "WHITE"]],
    ["皖A1234", []],
  ])("%s stands on %j", (plate, colors) => expect([...colorsOfNumber(plate)]).toEqual(colors));
});

describe("kinds", () => {
  test.each<[string, PlateColor, boolean, string]>([
    ["粤TNT444", "BLUE", false, "BLUE"],
    ["粤TNT444", "BLACK", false, "BLACK"],
    ["粤B12345", "YELLOW", false, "SINGLE_ROW_YELLOW"],
    ["粤B12345", "YELLOW", true, "DOUBLE_ROW_YELLOW"],
    ["粤B1234挂", "YELLOW", true, "DOUBLE_ROW_YELLOW"],
    ["粤B1234学", "YELLOW", false, "SINGLE_ROW_YELLOW"],
    ["京A1234警", "WHITE", false, "POLICE"],
    ["WJ京12345", "WHITE", false, "ARMED_POLICE"],
    ["VA12345", "WHITE", false, "SINGLE_ROW_MILITARY"],
    ["VA12345", "WHITE", true, "DOUBLE_ROW_MILITARY"],
    ["海A02008", "WHITE", false, "SINGLE_ROW_MILITARY"],
    ["京V02633", "WHITE", false, "SINGLE_ROW_MILITARY"],
    ["京V02633", "BLUE", false, "BLUE"],
    ["使224578", "BLACK", false, "EMBASSY"],
    ["沪A1707领", "BLACK", false, "CONSULATE"],
    ["粤Z1234港", "BLACK", false, "HONG_KONG"],
    ["粤Z1234澳", "BLACK", false, "MACAU"],
    ["民航A1234", "GREEN", false, "CIVIL_AVIATION"],
    ["黑0112345", "GREEN", true, "TRACTOR"],
    ["沪AD12345", "GREEN", false, "NEW_ENERGY_SMALL"],
    ["沪A12345D", "YELLOW_GREEN", false, "NEW_ENERGY_LARGE"],
    ["粤TNT444", "WHITE", false, "UNKNOWN"],
  ])("%s in %s, double row %s, is %s", (plateNumber, color, doubleRow, type) =>
    expect(typeOfPlate({ plateNumber, color, doubleRow })).toBe(type),
  );
});

describe("the CTC beam", () => {
  /** Log posteriors from probabilities, a row a frame; class 0 is the blank. */
  const frames = (...rows: number[][]): Float32Array => Float32Array.from(rows.flat().map(Math.log));

  test("sums every alignment of a text", () => {
    // Two frames, P(a) = 0.6 in each: "a" comes of a-, -a and aa.
    const [first, second] = likeliestTexts(frames([0.4, 0.6], [0.4, 0.6]), 2, 2);
    expect(first?.characters).toEqual([0]);
    expect(Math.exp(first?.logProbability ?? 0)).toBeCloseTo(0.84);
    expect(second?.characters).toEqual([]);
    expect(Math.exp(second?.logProbability ?? 0)).toBeCloseTo(0.16);
  });

  test("needs a blank between two equal characters", () => {
    const clear = [0.01, 0.98, 0.01];
    const gap = [0.98, 0.01, 0.01];
    expect(likeliestTexts(frames(clear, clear), 2, 3)[0]?.characters).toEqual([0]);
    expect(likeliestTexts(frames(clear, gap, clear), 3, 3)[0]?.characters).toEqual([0, 0]);
  });

  test("finds what the best path misses", () => {
    // Frame by frame the blank wins (0.6 × 0.6 = 0.36), but "a" is likelier in all (0.64).
    const [best] = likeliestTexts(frames([0.6, 0.4], [0.6, 0.4]), 2, 2);
    expect(best?.characters).toEqual([0]);
    expect(Math.exp(best?.logProbability ?? 0)).toBeCloseTo(0.64);
  });
});

describe("geometry", () => {
  const quad: Quad = [
    { x: 10, y: 20 },
    { x: 110, y: 30 },
    { x: 105, y: 70 },
    { x: 8, y: 55 },
  ];

  test("the homography takes the rectangle's corners to the quad's", () => {
    const matrix = rectangleToQuad(160, 48, quad);
    if (matrix === null) throw new Error("the corners span an area");
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = matrix;
    [
      [0, 0],
      [160, 0],
      [160, 48],
      [0, 48],
    ].forEach(([x = 0, y = 0], index) => {
      const w = g * x + h * y + 1;
      expect((a * x + b * y + c) / w).toBeCloseTo(quad[index]?.x ?? NaN);
      expect((d * x + e * y + f) / w).toBeCloseTo(quad[index]?.y ?? NaN);
    });
  });

  test("corners on one line have no homography", () => {
    const line: Quad = [
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: 2, y: 0 },
      { x: 3, y: 0 },
    ];
    expect(rectangleToQuad(10, 10, line)).toBeNull();
  });

  test("widening moves each side outward by its share", () => {
    const box: Quad = [
      { x: 0, y: 0 },
      { x: 100, y: 0 },
      { x: 100, y: 40 },
      { x: 0, y: 40 },
    ];
    expect(boundsOf(widened(box, 0.1, 0.25))).toEqual({ left: -10, top: -10, right: 110, bottom: 50 });
  });

  test("shearing moves the upper side right and the lower side left, along the plate", () => {
    const upright: Quad = [
      { x: 0, y: 0 },
      { x: 100, y: 0 },
      { x: 100, y: 40 },
      { x: 0, y: 40 },
    ];
    expect(sheared(upright, 0.5).map(({ x, y }) => [x, y])).toEqual([
      [20, 0],
      [120, 0],
      [80, 40],
      [-20, 40],
    ]);
    expect(sheared(sheared(upright, 0.3), -0.3).map(({ y }) => y)).toEqual([0, 0, 40, 40]);
  });

  test("overlap is shared area over joint area", () => {
    const first = { left: 0, top: 0, right: 10, bottom: 10 };
    expect(intersectionOverUnion(first, first)).toBe(1);
    expect(intersectionOverUnion(first, { left: 5, top: 0, right: 15, bottom: 10 })).toBeCloseTo(1 / 3);
    expect(intersectionOverUnion(first, { left: 10, top: 0, right: 20, bottom: 10 })).toBe(0);
  });

  test("warping an upright rectangle copies it, channel by channel", () => {
    const [width, height] = [8, 6];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 7) % 251);
    const rectangle: Quad = [
      { x: 2, y: 1 },
      { x: 6, y: 1 },
      { x: 6, y: 4 },
      { x: 2, y: 4 },
    ];
    const plate = warpPlate({ data, width, height }, rectangle, 4, 3);
    expect(plate).toMatchObject({ width: 4, height: 3 });
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 4; column++) {
        for (let channel = 0; channel < 3; channel++) {
          const expected = data[((row + 1) * width + column + 2) * 3 + channel];
          expect(plate?.data[(row * 4 + column) * 3 + channel]).toBe(expected);
        }
      }
    }
  });

  test("luminance weighs the channels", () => {
    const pixel = (...data: number[]): RgbPixels => ({ data: Uint8Array.from(data), width: 1, height: 1 });
    expect(meanLuminance(pixel(255, 0, 0))).toBeCloseTo(76.245);
    expect(meanLuminance(pixel(255, 255, 255))).toBeCloseTo(255);
  });
});
