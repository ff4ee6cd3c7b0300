import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseJuheAnswer, type JuheReading } from "../../src/juhe/answer.parser.js";
import { juheError, juheErrorOf, juheSuccess } from "../../src/juhe/answer.writer.js";
import { DIRECTIONS, PLATE_COLORS, PLATE_TYPES } from "../../src/plates/plate.vocabulary.js";
import { EXAMPLE_ORDER_ID, EXAMPLE_READING } from "../support/juhe-answers.js";

describe("juheSuccess", () => {
  test("writes the document's example to the letter", () =>
    expect(JSON.stringify(juheSuccess(EXAMPLE_ORDER_ID, [EXAMPLE_READING]))).toBe(
      '{"error_code":0,"reason":"操作成功","result":{"orderid":"JH711122051814001466198152","res":[' +
        '{"desc":"车牌号","content":"粤TNT444","nID":null,"index":null},' +
        '{"desc":"车牌颜色","content":"蓝","nID":null,"index":null},' +
        '{"desc":"车牌颜色","content":"1","nID":null,"index":null},' +
        '{"desc":"车牌类型","content":"1","nID":null,"index":null},' +
        '{"desc":"整牌可信度","content":"79","nID":null,"index":null},' +
        '{"desc":"亮度评价","content":"98","nID":null,"index":null},' +
        '{"desc":"车牌运动方向","content":"0","nID":null,"index":null},' +
        '{"desc":"车牌位置(left_top_right_bottom)","content":"273_154_345_173","nID":null,"index":null}]}}',
    ));

  test("no plate leaves res empty", () =>
    expect(juheSuccess("JH1", [])).toEqual({ error_code: 0, reason: "操作成功", result: { orderid: "JH1", res: [] } }));

  test("whatever is written reads back the same", () => {
    const reading: fc.Arbitrary<JuheReading> = fc.record({
      plateNumber: fc.constantFrom("粤TNT444", "京AD12345", "WJ京1234X", "使224578"),
      color: fc.constantFrom(...PLATE_COLORS),
      type: fc.constantFrom(...PLATE_TYPES),
      confidence: fc.integer({ min: 0, max: 100 }),
      brightness: fc.option(fc.integer({ min: 0, max: 255 })),
      direction: fc.constantFrom(...DIRECTIONS),
      boundingBox: fc.option(
        fc
          .tuple(fc.nat(4000), fc.nat(4000), fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 }))
          .map(([left, top, width, height]) => ({ left, top, right: left + width, bottom: top + height })),
      ),
    });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 4 }), (readings) => {
        const written: unknown = JSON.parse(JSON.stringify(juheSuccess("JH1", readings)));
        expect(parseJuheAnswer(written)).toEqual({ kind: "read", readings, orderId: "JH1" });
      }),
    );
  });
});

describe("juheError", () => {
  test.each([
    [juheError(10001), '{"resultcode":"101","reason":"错误的请求KEY","result":null,"error_code":10001}'],
    [juheError(271102), '{"resultcode":"271102","reason":"file参数不可为空","result":null,"error_code":271102}'],
    [juheError(271104), '{"resultcode":"271104","reason":"只支持POST方法","result":null,"error_code":271104}'],
    [juheErrorOf("RATE_LIMITED"), '{"resultcode":"112","reason":"请求超过次数限制","result":null,"error_code":10012}'],
    [
      juheErrorOf("INTERNAL_SERVER_ERROR"),
      '{"resultcode":"114","reason":"系统内部异常","result":null,"error_code":10014}',
    ],
  ])("writes the vendor's words", (body, expected) => expect(JSON.stringify(body)).toBe(expected));
});
