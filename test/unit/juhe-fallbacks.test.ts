import { describe, expect, test } from "@jest/globals";
import { fallbackReasonOf } from "../../src/engines/fallback.reason.js";
import { AppError, type ErrorCode } from "../../src/errors.js";
import type { Photo } from "../../src/images/photo.js";
import { JuheThenLocalEngine } from "../../src/engines/juhe-then-local.engine.js";
import { LocalThenJuheEngine } from "../../src/engines/local-then-juhe.engine.js";
import { EngineError, type EngineTrace, type Recognition, type Engine } from "../../src/engines/engine.js";
import { engineCall } from "../support/engine-calls.js";
import { EXAMPLE_READING } from "../support/juhe-answers.js";

const PHOTO = { source: "UPLOAD" } as Photo;
const NO_TRACE = { orderId: null, juheErrorCode: null, rawAnswer: null, fallbackReason: null };
const VENDOR_TRACE: EngineTrace = { ...NO_TRACE, engine: "JUHE", orderId: "JH1", rawAnswer: { error_code: 0 } };

/** A recognizer that always does the same, and counts how often it was asked. */
class Fixed implements Engine {
  asked = 0;
  readonly #result: Recognition | Error;

  constructor(result: Recognition | Error) {
    this.#result = result;
  }

  recognize(): Promise<Recognition> {
    this.asked++;
    return this.#result instanceof Error ? Promise.reject(this.#result) : Promise.resolve(this.#result);
  }
}

function local(...confidences: number[]): Fixed {
  const readings = confidences.map((confidence) => ({ ...EXAMPLE_READING, confidence }));
  return new Fixed({ ...NO_TRACE, engine: "LOCAL", readings });
}

function juhe(...plates: string[]): Fixed {
  return new Fixed({ ...VENDOR_TRACE, readings: plates.map((plateNumber) => ({ ...EXAMPLE_READING, plateNumber })) });
}

function failing(code: ErrorCode, juheErrorCode: number | null): Fixed {
  const trace = { ...VENDOR_TRACE, juheErrorCode, rawAnswer: { error_code: juheErrorCode } };
  return new Fixed(new EngineError(code, "no", trace));
}

const PASSING = [
  ["RECOGNIZER_UNAVAILABLE", 10014, "Juhe is unavailable (10014)"],
  ["RECOGNIZER_UNAVAILABLE", null, "Juhe is unavailable"],
  ["RECOGNIZER_QUOTA_EXCEEDED", 10012, "Juhe is out of quota (10012)"],
] as const;
const LASTING = ["RECOGNIZER_MISCONFIGURED", "INTERNAL_SERVER_ERROR"] as const;
/** A caller who waits for the answer to the end. */
const WAITING = engineCall();
const BAD_PHOTO = new Fixed(new AppError("INVALID_IMAGE", "the photo ends early"));

describe("juhe-then-local", () => {
  test("the vendor's answer stands, and the local engine rests", async () => {
    const second = local(90);
    await expect(new JuheThenLocalEngine(juhe("京A12345"), second).recognize(PHOTO, WAITING)).resolves.toMatchObject({
      engine: "JUHE",
      fallbackReason: null,
      readings: [{ plateNumber: "京A12345" }],
    });
    await expect(new JuheThenLocalEngine(juhe(), second).recognize(PHOTO, WAITING)).resolves.toMatchObject({
      readings: [],
    });
    expect(second.asked).toBe(0);
  });

  test.each(PASSING)("%s (%s): local answers and says so", async (code, juheErrorCode, fallbackReason) =>
    expect(new JuheThenLocalEngine(failing(code, juheErrorCode), local(42)).recognize(PHOTO, WAITING)).resolves.toEqual(
      {
        engine: "LOCAL",
        orderId: "JH1",
        juheErrorCode,
        rawAnswer: { error_code: juheErrorCode },
        fallbackReason,
        readings: [{ ...EXAMPLE_READING, confidence: 42 }],
      },
    ),
  );

  test.each(LASTING)("%s is not covered up", async (code) => {
    const second = local(90);
    await expect(new JuheThenLocalEngine(failing(code, 10001), second).recognize(PHOTO, WAITING)).rejects.toMatchObject(
      {
        code,
      },
    );
    expect(second.asked).toBe(0);
  });

  test("a bad photo is bad for both", async () => {
    const second = local(90);
    await expect(new JuheThenLocalEngine(BAD_PHOTO, second).recognize(PHOTO, WAITING)).rejects.toMatchObject({
      code: "INVALID_IMAGE",
    });
    expect(second.asked).toBe(0);
  });

  test("when both fail, the error keeps both traces", async () => {
    const broken = new EngineError("INTERNAL_SERVER_ERROR", "no model", { ...NO_TRACE, engine: "LOCAL" });
    const both = new JuheThenLocalEngine(failing("RECOGNIZER_UNAVAILABLE", 10020), new Fixed(broken));
    await expect(both.recognize(PHOTO, WAITING)).rejects.toMatchObject({
      code: "INTERNAL_SERVER_ERROR",
      trace: { engine: "LOCAL", juheErrorCode: 10020, orderId: "JH1", fallbackReason: "Juhe is unavailable (10020)" },
    });
  });
});

describe("local-then-juhe", () => {
  const combined = (first: Engine, second: Engine) =>
    new LocalThenJuheEngine(first, second, 80).recognize(PHOTO, WAITING);

  test.each([[[80]], [[40, 95]]])("local confidences %j are sure enough, and nothing is paid", async (confidences) => {
    const paid = juhe("京A12345");
    await expect(combined(local(...confidences), paid)).resolves.toMatchObject({
      engine: "LOCAL",
      fallbackReason: null,
    });
    expect(paid.asked).toBe(0);
  });

  test.each([
    [[79], "the local reading's confidence 79 is below 80"],
    [[], "the local engine found no plate"],
  ])("local confidences %j: Juhe answers", async (confidences, fallbackReason) => {
    const paid = juhe("京A12345");
    const readings = [{ ...EXAMPLE_READING, plateNumber: "京A12345" }];
    await expect(combined(local(...confidences), paid)).resolves.toEqual({ ...VENDOR_TRACE, fallbackReason, readings });
    expect(paid.asked).toBe(1);
  });

  test("a weak local reading stands where Juhe reads nothing", async () =>
    expect(combined(local(30), juhe())).resolves.toMatchObject({
      engine: "LOCAL",
      orderId: "JH1",
      readings: [{ confidence: 30 }],
      fallbackReason: "Juhe read nothing, and the local reading's confidence 30 is below 80",
    }));

  test.each(PASSING)("%s (%s): a weak local reading stands", async (code, juheErrorCode, fallbackReason) =>
    expect(combined(local(30), failing(code, juheErrorCode))).resolves.toMatchObject({
      engine: "LOCAL",
      juheErrorCode,
      rawAnswer: { error_code: juheErrorCode },
      readings: [{ confidence: 30 }],
      fallbackReason,
    }),
  );

  test.each(PASSING.map(([code, juheErrorCode]) => ({ code, juheErrorCode })))(
    "$code ($juheErrorCode): without a local reading nobody knows, which is an error",
    async ({ code, juheErrorCode }) =>
      expect(combined(local(), failing(code, juheErrorCode))).rejects.toMatchObject({ code, trace: { juheErrorCode } }),
  );

  test.each(LASTING)("%s is not covered up", async (code) =>
    expect(combined(local(30), failing(code, 10001))).rejects.toMatchObject({ code }),
  );

  test("a local engine that fails is made up for; a bad photo is not", async () => {
    const broken = new EngineError("RECOGNIZER_UNAVAILABLE", "busy", { ...NO_TRACE, engine: "LOCAL" });
    await expect(combined(new Fixed(broken), juhe("京A12345"))).resolves.toMatchObject({
      engine: "JUHE",
      fallbackReason: "the local engine failed",
    });
    const paid = juhe("京A12345");
    await expect(combined(BAD_PHOTO, paid)).rejects.toMatchObject({ code: "INVALID_IMAGE" });
    expect(paid.asked).toBe(0);
  });
});

test.each([
  ["Juhe is unavailable (10020)", "VENDOR_UNAVAILABLE"],
  ["Juhe is out of quota (10012)", "VENDOR_OUT_OF_QUOTA"],
  ["Juhe read nothing, and the local reading's confidence 30 is below 80", "VENDOR_READ_NOTHING"],
  ["the local engine failed", "LOCAL_FAILED"],
  ["the local engine found no plate", "LOCAL_READ_NOTHING"],
  ["the local reading's confidence 30 is below 80", "LOCAL_UNSURE"],
  ["something that an earlier version said", "OTHER"],
])("%s: %s", (sentence, reason) => {
  expect(fallbackReasonOf(sentence)).toBe(reason);
});
