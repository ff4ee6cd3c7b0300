import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { distancesFrom, LOOK_ALIKES, plateDistance } from "../../src/plates/plate.distance.js";

test.each([
  ["粤A12345", "粤A12345", 0],
  ["粤A12345", "粤A12845", 1],
  ["粤A12340", "粤A1234D", 0.5],
  ["粤AO2340", "粤AQ234O", 1],
  ["粤A12345", "粤A1234", 1],
  ["粤A12345", "粤AD12345", 1],
  ["粤A8Z5I6", "粤AB2S1G", 2.5],
  ["鲁A12345", "晋A12345", 0.5],
  ["鲁A12345", "粤A12345", 1],
  ["粤A12345", "粤A23451", 2],
  ["", "粤A", 2],
])("%s and %s are %d apart", (left, right, distance) => {
  expect(plateDistance(left, right)).toBe(distance);
});

test("a distance: nothing is nearer than itself, both ways the same, no shorter way round", () => {
  const number = fc.string({ unit: fc.constantFrom(..."粤鲁晋A0OD1I8B"), maxLength: 8 });
  fc.assert(
    fc.property(number, number, number, (a, b, c) => {
      expect(plateDistance(a, b) === 0).toBe(a === b);
      expect(plateDistance(a, b)).toBe(plateDistance(b, a));
      expect(plateDistance(a, c)).toBeLessThanOrEqual(plateDistance(a, b) + plateDistance(b, c));
    }),
    { seed: 7 },
  );
});

/** Levenshtein's recursion as it stands in books, without its table. */
function plainDistance([first, ...left]: string[], [other, ...right]: string[]): number {
  if (first === undefined) return other === undefined ? 0 : right.length + 1;
  if (other === undefined) return left.length + 1;
  const alike = LOOK_ALIKES.some((group) => group.includes(first) && group.includes(other));
  const replaced = first === other ? 0 : alike ? 0.5 : 1;
  return Math.min(
    plainDistance(left, right) + replaced,
    plainDistance(left, [other, ...right]) + 1,
    plainDistance([first, ...left], right) + 1,
  );
}

test("from one number to many, in any order: the distance that the plain recursion gives", () => {
  // 𠀀 takes two units of a string, and its halves are no characters.
  const number = fc.string({ unit: fc.constantFrom(..."粤鲁晋A0OD1I8B𠀀𠀁"), maxLength: 5 });
  fc.assert(
    fc.property(number, fc.array(number, { maxLength: 6 }), (from, others) => {
      const distance = distancesFrom(from);
      for (const other of [...others, from, ...others])
        expect(distance(other)).toBe(plainDistance([...from], [...other]));
    }),
    { seed: 7, numRuns: 200 },
  );
});
