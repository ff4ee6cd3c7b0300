/** The worker threads, as built: order, limits, failures. Their readings are tested through the server. */
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Photo } from "../../src/images/photo.js";
import { readPhoto } from "../../src/images/photo.reader.js";
import type * as Local from "../../src/engines/local/local.engine.js";
import { fixture } from "../support/graphql-client.js";

type LocalEngine = Local.LocalEngine;
type Options = Local.LocalEngineOptions;

// Threads start from a compiled file; the built one is a value here, so that it is not looked for when types are checked.
const BUILT = new URL("../../dist/src/engines/local/local.engine.js", import.meta.url).href;
const MODELS = fileURLToPath(new URL("../../models", import.meta.url));

let photo: Photo;
let running: LocalEngine | undefined;

async function start(options: Partial<Options> = {}): Promise<LocalEngine> {
  const { LocalEngine } = (await import(BUILT)) as typeof Local;
  const logger = { error: () => undefined } as unknown as Options["logger"];
  const defaults = { modelsDir: MODELS, threads: 1, queueLength: 50, timeoutMs: 30_000, logger };
  return (running = await LocalEngine.start({ ...defaults, ...options }));
}

beforeAll(async () => {
  photo = await readPhoto({ bytes: await fixture("two-plates") }, "UPLOAD", {
    maxBytes: 1_000_000,
    maxPixels: 10_000_000,
    maxSide: 10_000,
  });
});

afterEach(async () => {
  await running?.close();
  running = undefined;
});

describe("the local recognizer", () => {
  test("answers in order of arrival", async () => {
    const recognizer = await start({ queueLength: 200, timeoutMs: 120_000 });
    const order: number[] = [];
    const numbers = [...Array(200).keys()];
    await Promise.all(numbers.map((number) => recognizer.recognize(photo).then(() => order.push(number))));
    expect(order).toEqual(numbers);
  });

  test("refuses at once what its queue has no room for", async () => {
    const recognizer = await start({ queueLength: 1 });
    const accepted = [recognizer.recognize(photo), recognizer.recognize(photo)];
    await expect(recognizer.recognize(photo)).rejects.toMatchObject({
      code: "RECOGNIZER_UNAVAILABLE",
      retryable: true,
      trace: { engine: "LOCAL" },
    });
    for (const { readings } of await Promise.all(accepted)) expect(readings).toHaveLength(2);
  });

  // One thread needs some 100 ms for this photo: these run out before it, in the decoder and in the midst of inferences.
  test.each([1, 8, 16, 24, 32, 40])("%i ms are too short for the photo, and harm nothing else", async (timeoutMs) => {
    const recognizer = await start({ timeoutMs });
    const outcomes = await Promise.allSettled([recognizer.recognize(photo), recognizer.recognize(photo)]);
    // A machine fast enough may read the first one; the second one waits for it.
    expect(outcomes[1]).toMatchObject({
      reason: { name: "EngineError", code: "RECOGNIZER_UNAVAILABLE", retryable: true, trace: { engine: "LOCAL" } },
    });
  });

  test("says of a broken picture that the picture is broken, and reads the next one", async () => {
    const recognizer = await start();
    const broken = { ...photo, bytes: photo.bytes.subarray(0, photo.bytes.length / 2) };
    await expect(recognizer.recognize(broken)).rejects.toMatchObject({ name: "AppError", code: "INVALID_IMAGE" });
    expect((await recognizer.recognize(photo)).readings).toHaveLength(2);
  });

  test("a stop waits for what is in hand", async () => {
    const recognizer = await start();
    const readings = recognizer.recognize(photo);
    await recognizer.close();
    running = undefined;
    expect((await readings).readings).toHaveLength(2);
  });

  test("without models it does not start, and says so", async () => {
    await expect(start({ modelsDir: "/nowhere", threads: 2 })).rejects.toThrow("/nowhere/detector.onnx");
  });
});
