import { describe, expect, test } from "@jest/globals";
import { checkedCapturedAt } from "../../src/recognitions/captured-at.js";
import { RECOGNITION_LIST, type RecognitionOrder } from "../../src/recognitions/store/recognition.order.js";
import { StatementNames } from "../../src/database/statement.names.js";
import { WritePositions } from "../../src/database/write.positions.js";

const ID = "0190a000-0000-7000-8000-000000000001";
const fitsOrder = (order: RecognitionOrder, value: unknown): boolean =>
  RECOGNITION_LIST.positionFrom(order, value, ID) !== null;

describe("C10: a cursor's value is one that its column can hold", () => {
  test.each([1e300, 99999999999, -2147483649, 1.5, NaN, "80", null])("confidence %p is not", (value) => {
    expect(fitsOrder("CONFIDENCE_DESC", value)).toBe(false);
  });

  test.each([
    "0000-01-01T00:00:00.000Z",
    "2026-02-30T00:00:00.000Z",
    "2026-13-01T00:00:00.000Z",
    "+010000-01-01T00:00:00.000Z",
    "-000001-01-01T00:00:00.000Z",
    "2026-01-01",
    7,
  ])("time %p is not", (value) => {
    expect(fitsOrder("CAPTURED_AT_ASC", value)).toBe(false);
  });

  test("what rows carry is", () => {
    expect(fitsOrder("CONFIDENCE_ASC", 97)).toBe(true);
    expect(fitsOrder("RECOGNIZED_AT_DESC", "2026-02-28T23:59:59.999Z")).toBe(true);
  });
});

describe("A4: when a photo can have been taken", () => {
  const now = new Date("2026-03-01T00:00:00.000Z");

  test.each(["1990-01-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z"])("%s", (moment) => {
    expect(checkedCapturedAt(new Date(moment), now).toISOString()).toBe(moment);
  });

  test.each(["1989-12-31T23:59:59.999Z", "2026-03-02T00:00:00.001Z", "9999-12-31T00:00:00.000Z"])(
    "not %s",
    (moment) => {
      expect(() => checkedCapturedAt(new Date(moment), now)).toThrow(
        expect.objectContaining({ code: "BAD_USER_INPUT" }),
      );
    },
  );
});

describe("B12: names of statements", () => {
  test("the second time a text comes it has a name, and keeps it while it is used", () => {
    const names = new StatementNames(2, 1_000);
    expect(names.nameOf("a")).toBeUndefined();
    const name = names.nameOf("a");
    expect(name).toBeDefined();
    for (const other of ["b", "c", "d", "e"]) {
      names.nameOf(other);
      expect(names.nameOf("a")).toBe(name);
    }
  });

  test("the least recently used loses its name, new texts still get one, and none is given twice", () => {
    const names = new StatementNames(3, 1_000);
    const given = ["a", "b", "c", "d", "e", "a"].flatMap((text) => [names.nameOf(text), names.nameOf(text)]);
    const named = given.filter((name) => name !== undefined);
    expect(named).toHaveLength(6);
    expect(new Set(named).size).toBe(6);
  });

  test("long texts count by their length", () => {
    const names = new StatementNames(100, 10);
    names.nameOf("a");
    names.nameOf("a");
    names.nameOf("x".repeat(50));
    expect(names.nameOf("a")).toBeUndefined();
  });
});

describe("C8: positions of writes", () => {
  test("each caller's own; of callers that are no longer kept, the latest", () => {
    const positions = new WritePositions(2);
    expect(positions.get("a")).toBe(0);
    positions.set("a", 10);
    positions.set("b", 20);
    positions.set("c", 30);
    expect(positions.get("b")).toBe(20);
    expect(positions.get("c")).toBe(30);
    expect(positions.get("a")).toBe(10);
    expect(positions.get("never")).toBe(10);
  });
});
