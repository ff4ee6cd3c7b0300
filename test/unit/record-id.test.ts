/** Ids of new records. */
import { expect, test } from "@jest/globals";
import { validate, version } from "uuid";
import { newRecordId } from "../../src/database/record.id.js";

test("ids are UUIDs of version 7 with the current time, each greater than the one before", () => {
  const before = Date.now();
  const ids = Array.from({ length: 5_000 }, newRecordId);
  for (const id of ids) expect([validate(id), version(id)]).toEqual([true, 7]);
  expect(ids).toEqual([...ids].sort());
  expect(new Set(ids).size).toBe(ids.length);
  // What does not come from the time or the count.
  expect(new Set(ids.map((id) => id.slice(-10))).size).toBe(ids.length);
  const time = Number.parseInt(ids.at(-1)?.replace("-", "").slice(0, 12) ?? "", 16);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
});
