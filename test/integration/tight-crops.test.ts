import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import sharp from "sharp";
import { readPhoto } from "../../src/images/photo.reader.js";
import { boundsOf, intersectionOverUnion } from "../../src/engines/local/geometry.js";
import type * as Local from "../../src/engines/local/local.engine.js";

// Threads start from a compiled file; the built one is a value here, so that it is not looked for when types are checked.
const BUILT = new URL("../../dist/src/engines/local/local.engine.js", import.meta.url).href;
const FIXTURES = fileURLToPath(new URL("../fixtures/", import.meta.url));

interface Truth {
  plateNumber: string;
  corners: [number, number][];
}

let engine: Local.LocalEngine;
let truth: Record<string, Truth[]>;

beforeAll(async () => {
  const { LocalEngine } = (await import(BUILT)) as typeof Local;
  engine = await LocalEngine.start({
    modelsDir: fileURLToPath(new URL("../../models", import.meta.url)),
    threads: 1,
    queueLength: 10,
    timeoutMs: 30_000,
    logger: { error: () => undefined } as unknown as Local.LocalEngineOptions["logger"],
  });
  truth = JSON.parse(await readFile(`${FIXTURES}fixtures.json`, "utf8")) as Record<string, Truth[]>;
});

afterAll(() => engine.close());

describe("a photo that is all plate", () => {
  test.each(["blue", "new-energy", "police", "yellow-double"])("is read: %s", async (name) => {
    const plate = truth[name]?.[0];
    if (plate === undefined) throw new Error(`fixtures.json has no plate for ${name}`);
    const [left, top] = [Math.min(...plate.corners.map(([x]) => x)), Math.min(...plate.corners.map(([, y]) => y))];
    const width = Math.max(...plate.corners.map(([x]) => x)) - left;
    const height = Math.max(...plate.corners.map(([, y]) => y)) - top;
    const crop = sharp(`${FIXTURES}${name}.jpg`).extract({ left, top, width, height });
    const readings = await read(await crop.png().toBuffer());
    expect(readings.map(({ plateNumber }) => plateNumber)).toEqual([plate.plateNumber]);
    const found = boundsOf(readings[0]?.corners ?? [zero, zero, zero, zero]);
    expect(intersectionOverUnion(found, { left: 0, top: 0, right: width, bottom: height })).toBeGreaterThan(0.8);
  });

  test("is not made up: plain grounds of a plate's shape have no plate", async () => {
    for (const background of ["#1c3f94", "#f4c20d", "#2e2e2e", "#ffffff"]) {
      const plain = sharp({ create: { width: 220, height: 70, channels: 3, background } });
      expect(await read(await plain.png().toBuffer())).toEqual([]);
    }
  });
});

const zero = { x: 0, y: 0 };

async function read(bytes: Buffer) {
  const photo = await readPhoto({ bytes }, "UPLOAD", { maxBytes: 1e7, maxPixels: 1e7, maxSide: 10_000 });
  return engine.locate(photo, { signal: new AbortController().signal, partnerId: "" });
}
