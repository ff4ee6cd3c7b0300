import { describe, expect, test } from "@jest/globals";
import * as codes from "../../src/juhe/code.tables.js";
import {
  JUHE_ERROR_CODES,
  currentErrorCode,
  errorCodeOfJuhe,
  juheOfErrorCode,
  juheReason,
  olderErrorCode,
} from "../../src/juhe/error.codes.js";
import { KeyRedaction } from "../../src/juhe/key.redaction.js";
import { DIRECTIONS, PLATE_COLORS, PLATE_TYPES } from "../../src/plates/plate.vocabulary.js";

describe("code tables", () => {
  test.each([
    ["未知", 0, "UNKNOWN"],
    ["蓝", 1, "BLUE"],
    ["黄", 2, "YELLOW"],
    ["白", 3, "WHITE"],
    ["黑", 4, "BLACK"],
    ["绿", 5, "GREEN"],
    ["黄绿", 6, "YELLOW_GREEN"],
  ] as const)("colour %s is %i is %s", (name, code, color) => {
    expect(codes.colorOfName(name)).toBe(color);
    expect(codes.colorOfCode(code)).toBe(color);
    expect(codes.nameOfColor(color)).toBe(name);
    expect(codes.codeOfColor(color)).toBe(code);
  });

  test("colour names may carry a suffix; others are none", () => {
    expect(codes.colorOfName("蓝色")).toBe("BLUE");
    expect(codes.colorOfName("绿牌")).toBe("GREEN");
    expect(codes.colorOfName("紫")).toBeNull();
    expect(codes.colorOfName("")).toBeNull();
  });

  test("every code comes back as itself", () => {
    expect(PLATE_COLORS.map((_, code) => codes.codeOfColor(codes.colorOfCode(code)))).toEqual([...PLATE_COLORS.keys()]);
    expect(PLATE_TYPES.map((_, code) => codes.codeOfType(codes.typeOfCode(code)))).toEqual([...PLATE_TYPES.keys()]);
    expect(DIRECTIONS.map((_, code) => codes.codeOfDirection(codes.directionOfCode(code)))).toEqual([0, 1, 2, 3, 4]);
  });

  test.each([
    [0, "UNKNOWN"],
    [5, "POLICE"],
    [13, "MACAU"],
    [18, "NEW_ENERGY_LARGE"],
    [19, "UNKNOWN"],
    [77, "UNKNOWN"],
    [-1, "UNKNOWN"],
  ])("type %i is %s", (code, type) => expect(codes.typeOfCode(code)).toBe(type));
});

describe("error codes", () => {
  test.each([
    [[271101, 10014, 10020, 10021, 99999, 0, -1], "RECOGNIZER_UNAVAILABLE"],
    [[10011, 10012, 10013], "RECOGNIZER_QUOTA_EXCEEDED"],
    [[10001, 10002, 10003, 10004, 10005, 10006, 10007, 10008, 10009], "RECOGNIZER_MISCONFIGURED"],
    [[271102, 271104], "INTERNAL_SERVER_ERROR"],
    [[271103], null],
  ])("%j are %s", (vendorCodes, code) => expect(vendorCodes.map(errorCodeOfJuhe)).toEqual(vendorCodes.map(() => code)));

  test.each([
    [101, 10001],
    [109, 10009],
    [111, 10011],
    [112, 10012],
    [114, 10014],
    [121, 10021],
    [200, 0],
    [106, 106],
    [10012, 10012],
  ])("%i is now %i", (older, current) => expect(currentErrorCode(older)).toBe(current));

  test("every documented code has words, and an older code that leads back to it", () => {
    expect(JUHE_ERROR_CODES).toHaveLength(18);
    for (const code of JUHE_ERROR_CODES) {
      expect(juheReason(code)).not.toBe("");
      expect(currentErrorCode(olderErrorCode(code))).toBe(code);
    }
  });

  test.each([
    ["INVALID_IMAGE", 271103],
    ["UNSUPPORTED_IMAGE_TYPE", 271103],
    ["IMAGE_TOO_LARGE", 271103],
    ["RECOGNIZER_UNAVAILABLE", 271101],
    ["RECOGNIZER_QUOTA_EXCEEDED", 10012],
    ["RATE_LIMITED", 10012],
    ["UNAUTHENTICATED", 10001],
    ["FORBIDDEN", 10002],
    ["BAD_USER_INPUT", 271103],
    ["RECOGNIZER_MISCONFIGURED", 10014],
    ["INTERNAL_SERVER_ERROR", 10014],
  ] as const)("%s is told as %i", (code, expected) => expect(juheOfErrorCode(code)).toBe(expected));
});

describe("KeyRedaction", () => {
  const redaction = new KeyRedaction("s3cr+t/ k.y=");

  test.each(["s3cr+t/ k.y=", "S3CR+T/ K.Y=", "s3cr%2Bt%2F%20k.y%3D", "s3cr%2bt%2f%20k.y%3d", "s3cr%2Bt%2F+k.y%3D"])(
    "cuts out %j",
    (key) => expect(redaction.text(`a ${key} b ${key}`)).toBe("a [key] b [key]"),
  );

  test("is no pattern: a dot is a dot", () => expect(redaction.text("s3cr+t/ kxy=")).toBe("s3cr+t/ kxy="));

  test("reaches names, texts and lists of JSON and leaves the rest", () =>
    expect(redaction.json({ "s3cr+t/ k.y=": [{ a: "x s3cr+t/ k.y=" }], n: 1, b: true, z: null })).toEqual({
      "[key]": [{ a: "x [key]" }],
      n: 1,
      b: true,
      z: null,
    }));

  test("reaches a number that is the key", () =>
    expect(new KeyRedaction("12345").json({ n: 12345 })).toEqual({ n: "[key]" }));

  test("leaves nothing that a database refuses", () => expect(redaction.json("a\0b\ud800c")).toBe("a\uFFFDb\uFFFDc"));

  test("survives a hostile depth", () => {
    const deep: unknown = JSON.parse("[".repeat(200_000) + "]".repeat(200_000));
    expect(JSON.stringify(redaction.json(deep))).toContain("[nested too deep]");
  });

  test("an error keeps its words and drops stack and causes", () => {
    const error = redaction.error(new TypeError("bad s3cr+t/ k.y=", { cause: new Error("s3cr+t/ k.y=") }));
    expect(error.message).toBe("TypeError: bad [key]");
    expect(error.cause).toBeUndefined();
  });

  test("needs a key", () => expect(() => new KeyRedaction("")).toThrow(TypeError));
});
