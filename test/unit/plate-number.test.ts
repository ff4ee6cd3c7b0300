import { describe, expect, test } from "@jest/globals";
import { normalizePlateNumber, provinceOf } from "../../src/plates/plate-number.js";

describe("normalizePlateNumber", () => {
  test.each([
    [" 粤t·nt444 ", "粤TNT444"],
    ["粤T-NT 444", "粤TNT444"],
    ["京Ａ１２３４５", "京A12345"],
    ["沪A.D12345", "沪AD12345"],
  ])("spells %j as %j", (text, expected) => expect(normalizePlateNumber(text)).toBe(expected));
});

describe("provinceOf", () => {
  test.each([
    ["粤TNT444", "粤"],
    ["WJ京1234X", "京"],
    ["使224578", null],
    ["民航A1234", null],
    ["", null],
  ])("of %j is %j", (plate, expected) => expect(provinceOf(plate)).toBe(expected));
});
