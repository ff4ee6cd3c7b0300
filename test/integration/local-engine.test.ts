/** The worker threads, as built: order, limits, failures. Their readings are tested through the server. */
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import sharp from "sharp";
import type { Photo } from "../../src/images/photo.js";
import { readPhoto } from "../../src/images/photo.reader.js";
import type * as Local from "../../src/engines/local/local.engine.js";
import { engineCall } from "../support/engine-calls.js";
import { fixture } from "../support/graphql-client.js";

type LocalEngine = Local.LocalEngine;
type Options = Local.LocalEngineOptions;

// Threads start from a compiled file; the built one is a value here, so that it is not looked for when types are checked.
const BUILT = new URL("../../dist/src/engines/local/local.engine.js", import.meta.url).href;
const MODELS = fileURLToPath(new URL("../../models", import.meta.url));

/** A caller who waits for the answer to the end. */
const WAITING = engineCall();

let photo: Photo;
let running: LocalEngine | undefined;

async function start(options: Partial<Options> = {}): Promise<LocalEngine> {
  const { LocalEngine } = (await import(BUILT)) as typeof Local;
  const logger = { error: () => undefined } as unknown as Options["logger"];
  const defaults = { modelsDir: MODELS, threads: 1, queueLength: 50, timeoutMs: 30_000, logger };
  return (running = await LocalEngine.start({ ...defaults, ...options }));
}

function photoOf(bytes: Buffer): Promise<Photo> {
  return readPhoto({ bytes }, "UPLOAD", { maxBytes: 1_000_000, maxPixels: 20_000_000, maxSide: 10_000 });
}

beforeAll(async () => {
  photo = await photoOf(await fixture("two-plates"));
});

afterEach(async () => {
  await running?.close();
  running = undefined;
});

describe("the local engine", () => {
  test("answers in order of arrival", async () => {
    const engine = await start({ queueLength: 200, timeoutMs: 120_000 });
    const order: number[] = [];
    const numbers = [...Array(200).keys()];
    await Promise.all(numbers.map((number) => engine.recognize(photo, WAITING).then(() => order.push(number))));
    expect(order).toEqual(numbers);
  });

  test("refuses at once what its queue has no room for", async () => {
    const engine = await start({ queueLength: 1 });
    const accepted = [engine.recognize(photo, WAITING), engine.recognize(photo, WAITING)];
    await expect(engine.recognize(photo, WAITING)).rejects.toMatchObject({
      code: "RECOGNIZER_UNAVAILABLE",
      retryable: true,
      trace: { engine: "LOCAL" },
    });
    for (const { readings } of await Promise.all(accepted)) expect(readings).toHaveLength(2);
  });

  // One thread needs some 100 ms for this photo: these run out before it, in the decoder and in the midst of inferences.
  test.each([1, 8, 16, 24, 32, 40])("%i ms are too short for the photo, and harm nothing else", async (timeoutMs) => {
    const engine = await start({ timeoutMs });
    const outcomes = await Promise.allSettled([engine.recognize(photo, WAITING), engine.recognize(photo, WAITING)]);
    // A machine fast enough may read the first one; the second one waits for it.
    expect(outcomes[1]).toMatchObject({
      reason: { name: "EngineError", code: "RECOGNIZER_UNAVAILABLE", retryable: true, trace: { engine: "LOCAL" } },
    });
  });

  test("says of a broken photo that the photo is broken, and reads the next one", async () => {
    const engine = await start();
    const broken = { ...photo, bytes: photo.bytes.subarray(0, photo.bytes.length / 2) };
    await expect(engine.recognize(broken, WAITING)).rejects.toMatchObject({ name: "AppError", code: "INVALID_IMAGE" });
    expect((await engine.recognize(photo, WAITING)).readings).toHaveLength(2);
  });

  test("a stop waits for what is in hand", async () => {
    const engine = await start();
    const readings = engine.recognize(photo, WAITING);
    await engine.close();
    running = undefined;
    expect((await readings).readings).toHaveLength(2);
  });

  test("a photo that waits is dropped when its caller leaves, and makes room", async () => {
    const engine = await start({ queueLength: 1 });
    const first = engine.recognize(photo, WAITING);
    const leaving = new AbortController();
    const second = engine.recognize(photo, engineCall(leaving.signal));
    await expect(engine.recognize(photo, WAITING)).rejects.toMatchObject({ code: "RECOGNIZER_UNAVAILABLE" });
    leaving.abort();
    await expect(second).rejects.toMatchObject({ message: "The request was cancelled before the photo was read." });
    const third = engine.recognize(photo, WAITING);
    for (const { readings } of await Promise.all([first, third])) expect(readings).toHaveLength(2);
    await expect(engine.recognize(photo, engineCall(leaving.signal))).rejects.toMatchObject({
      code: "RECOGNIZER_UNAVAILABLE",
    });
  });

  test("the thread of a photo whose caller leaves goes on with the next one", async () => {
    const engine = await start();
    for (const milliseconds of [1, 10, 20]) {
      let outcome: unknown;
      // On a busy machine the abort may come after the photo was read.
      for (let tries = 0; tries < 10 && !(outcome instanceof Error); tries += 1) {
        const leaving = new AbortController();
        const left = engine.recognize(photo, engineCall(leaving.signal)).catch((error: unknown) => error);
        const next = engine.recognize(photo, WAITING);
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        leaving.abort();
        outcome = await left;
        expect((await next).readings).toHaveLength(2);
      }
      expect(outcome).toMatchObject({ code: "RECOGNIZER_UNAVAILABLE" });
    }
  });

  test("the caller's bytes stay the caller's, and only this photo's bytes go to the thread", async () => {
    const engine = await start();
    // Part of a larger piece of memory, as Node's own pool of small buffers hands out.
    const shared = Buffer.concat([Buffer.alloc(100, 1), photo.bytes, Buffer.alloc(100, 2)]);
    const part = shared.subarray(100, 100 + photo.bytes.length);
    expect((await engine.recognize({ ...photo, bytes: part }, WAITING)).readings).toHaveLength(2);
    expect(part.equals(photo.bytes)).toBe(true);
  });

  test("B6: photos that take long to decode let the others go first", async () => {
    const engine = await start();
    const costly = await photoOf(
      await sharp({ create: { width: 4_000, height: 3_200, channels: 3, background: "grey" } })
        .png()
        .toBuffer(),
    );
    const order: string[] = [];
    const read = (name: string, it: Photo) => engine.recognize(it, WAITING).then(() => order.push(name));
    await Promise.all([
      read("running", costly),
      ...["costly 1", "costly 2", "costly 3"].map((name) => read(name, costly)),
      ...["first", "second"].map((name) => read(name, photo)),
    ]);
    expect(order).toEqual(["running", "first", "second", "costly 1", "costly 2", "costly 3"]);
  });

  test("without models it does not start, and says so", async () => {
    await expect(start({ modelsDir: "/nowhere", threads: 2 })).rejects.toThrow("/nowhere/detector.onnx");
  });
});
