import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { normalizePlateNumber, provinceOf } from "../../src/plates/plate-number.js";

describe("normalizePlateNumber", () => {
  test.each([
    [" 粤t·nt444 ", "粤TNT444"],
    ["粤T-NT 444", "粤TNT444"],
    ["粤T−NT—444", "粤TNT444"],
    ["京Ａ１２３４５", "京A12345"],
    ["沪A.D12345", "沪AD12345"],
  ])("spells %j as %j", (text, expected) => expect(normalizePlateNumber(text)).toBe(expected));

  // A8: each of these was kept, so that the plate was stored under a number that nobody can type.
  test.each([
    ["a zero-width space", "\u200B"],
    ["a zero-width joiner", "\u200D"],
    ["a byte order mark", "\uFEFF"],
    ["a soft hyphen", "\u00AD"],
    ["a right-to-left override", "\u202E"],
    ["a tag character", "\u{E0041}"],
    ["a variation selector", "\uFE0F"],
    ["an ideographic variation selector", "\u{E0100}"],
    ["a combining mark", "\u0301"],
    ["a Hangul filler", "\u3164"],
    ["NUL", "\0"],
    ["half of a surrogate pair", "\uD800"],
  ])("A8: removes %s", (_name, invisible) => {
    expect(normalizePlateNumber(`${invisible}粤T${invisible}NT444${invisible}`)).toBe("粤TNT444");
    expect(normalizePlateNumber(invisible)).toBe("");
  });

  test("normalising twice changes nothing, and nothing invisible remains", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const once = normalizePlateNumber(text);
        expect(normalizePlateNumber(once)).toBe(once);
        expect(once).not.toMatch(/[\s\p{C}\p{M}\p{Default_Ignorable_Code_Point}]/u);
      }),
      { numRuns: 500 },
    );
  });
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
