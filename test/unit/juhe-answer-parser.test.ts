import { describe, expect, test } from "@jest/globals";
import { parseJuheAnswer } from "../../src/juhe/answer.parser.js";
import { ANSWERS, EXAMPLE_ORDER_ID, EXAMPLE_READING, exampleWith, refusal, success } from "../support/juhe-answers.js";

function readings(answer: { body: unknown }) {
  const outcome = parseJuheAnswer(answer.body);
  if (outcome.kind !== "read") throw new Error(`not read: ${JSON.stringify(outcome)}`);
  return outcome.readings;
}

const SECOND_READING = {
  plateNumber: "京AD12345",
  color: "GREEN",
  type: "NEW_ENERGY_SMALL",
  confidence: 93,
  brightness: 120,
  direction: "DOWN",
  boundingBox: { left: 10, top: 20, right: 90, bottom: 50 },
};

describe("one plate", () => {
  test.each(["example", "oddOrder", "codesAsStrings", "codesAsNumbers"] as const)(
    "%s reads as the document's",
    (name) =>
      expect(parseJuheAnswer(ANSWERS[name].body)).toEqual({
        kind: "read",
        orderId: EXAMPLE_ORDER_ID,
        readings: [EXAMPLE_READING],
      }),
  );

  test("entries may stand in any order", () => {
    const { res } = (ANSWERS.example.body as { result: { res: { desc: string; content: string }[] } }).result;
    for (let turn = 1; turn < res.length; turn++) {
      const turned = [...res.slice(turn), ...res.slice(0, turn)].map(({ desc, content }) => [desc, content] as const);
      expect(readings(success(turned))).toEqual([EXAMPLE_READING]);
    }
  });

  test("only the number is needed", () =>
    expect(readings(success([["车牌号", "沪A·12345"]]))).toEqual([
      {
        plateNumber: "沪A12345",
        color: "UNKNOWN",
        type: "UNKNOWN",
        confidence: 0,
        brightness: null,
        direction: "UNKNOWN",
        boundingBox: null,
      },
    ]));

  test.each(["车牌位置", "车牌位置（left_top_right_bottom）", " 车牌位置 (x)"])("%j is the position", (desc) =>
    expect(
      readings(
        success([
          ["车牌号", "粤TNT444"],
          [desc, "1_2_3_4"],
        ]),
      )[0]?.boundingBox,
    ).toEqual({
      left: 1,
      top: 2,
      right: 3,
      bottom: 4,
    }),
  );

  test.each(["", "1_2_3", "1_2_3_4_5", "3_2_1_4", "a_b_c_d"])("position %j is none", (position) =>
    expect(readings(exampleWith({ "车牌位置(left_top_right_bottom)": position }))[0]?.boundingBox).toBeNull(),
  );

  test.each([
    ["101", 100],
    ["-3", 0],
    ["79.6", 80],
    ["79%", 79],
    ["high", 0],
    [null, 0],
  ])("confidence %j counts as %i", (content, confidence) =>
    expect(readings(exampleWith({ 整牌可信度: content }))[0]?.confidence).toBe(confidence),
  );

  test("a type or direction outside the table is unknown and harms nothing else", () => {
    expect(readings(ANSWERS.type19)).toEqual([{ ...EXAMPLE_READING, type: "UNKNOWN" }]);
    expect(readings(exampleWith({ 车牌类型: "77", 车牌运动方向: "77" }))).toEqual([
      { ...EXAMPLE_READING, type: "UNKNOWN", direction: "UNKNOWN" },
    ]);
  });
});

describe("colour", () => {
  test.each([
    [["黄", "1"], "YELLOW"],
    [["1", "黄"], "YELLOW"],
    [["黄绿", "5"], "YELLOW_GREEN"],
    [["未知", "1"], "UNKNOWN"],
    [["5"], "GREEN"],
    [["77"], "UNKNOWN"],
    [["紫", "3"], "WHITE"],
    [["", "2"], "YELLOW"],
  ])("of %j is %s: the name wins over the code", (contents, color) => {
    const colors = contents.map((content) => ["车牌颜色", content] as const);
    expect(readings(success([["车牌号", "粤TNT444"], ...colors]))[0]?.color).toBe(color);
  });
});

describe("several plates", () => {
  test.each(["twoPlates", "twoPlatesReversed"] as const)("%s are kept apart", (name) =>
    expect(readings(ANSWERS[name])).toEqual([EXAMPLE_READING, SECOND_READING]),
  );

  test("a value that only the second has is the second's", () => {
    const found = readings(
      success([
        ["车牌号", "粤TNT444"],
        ["车牌号", "京AD12345"],
        ["整牌可信度", "60"],
      ]),
    );
    expect(found.map(({ plateNumber, confidence }) => [plateNumber, confidence])).toEqual([
      ["粤TNT444", 0],
      ["京AD12345", 60],
    ]);
  });

  test("each with its number in the middle", () => {
    const found = readings(
      success([
        ["整牌可信度", "50"],
        ["车牌号", "粤TNT444"],
        ["车牌类型", "1"],
        ["整牌可信度", "60"],
        ["车牌号", "京AD12345"],
        ["车牌类型", "17"],
      ]),
    );
    expect(found.map(({ confidence, type }) => [confidence, type])).toEqual([
      [50, "BLUE"],
      [60, "NEW_ENERGY_SMALL"],
    ]);
  });

  test("a plate without a number is left out", () => {
    const found = readings(
      success([
        ["车牌号", " "],
        ["整牌可信度", "5"],
        ["车牌号", "粤TNT444"],
        ["整牌可信度", "79"],
      ]),
    );
    expect(found.map(({ plateNumber, confidence }) => [plateNumber, confidence])).toEqual([["粤TNT444", 79]]);
  });
});

describe("no plate", () => {
  test.each(["noPlate", "emptyPlate"] as const)("%s", (name) => expect(readings(ANSWERS[name])).toEqual([]));
  test("null res", () =>
    expect(readings({ body: { error_code: 0, result: { orderid: "JH1", res: null } } })).toEqual([]));
  test("text far longer than a plate is none", () =>
    expect(readings(exampleWith({ 车牌号: "粤".repeat(5000) }))).toEqual([]));
});

describe("refusals", () => {
  test.each([
    [refusal(10012, "请求超过次数限制").body, 10012, "请求超过次数限制"],
    [{ error_code: "10012", reason: "请求超过次数限制" }, 10012, "请求超过次数限制"],
    [{ resultcode: "112", reason: "超过次数", result: null }, 10012, "超过次数"],
    [{ resultcode: 101, result: null }, 10001, "错误的请求KEY"],
    [{ error_code: 271103, reason: "", result: "" }, 271103, "识别失败"],
    [{ error_code: 99999, reason: "?", result: [] }, 99999, "?"],
  ])("%j", (body, errorCode, reason) =>
    expect(parseJuheAnswer(body)).toEqual({ kind: "refused", errorCode, reason, orderId: null }),
  );

  test("an order that was billed all the same is kept", () =>
    expect(parseJuheAnswer({ error_code: 271103, reason: "识别失败", result: { orderid: "JH1" } })).toMatchObject({
      orderId: "JH1",
    }));

  test("the older 200 is success", () =>
    expect(parseJuheAnswer({ resultcode: "200", result: { orderid: "JH1", res: [] } })).toMatchObject({
      kind: "read",
    }));
});

describe("broken answers", () => {
  test.each([
    ["null", null],
    ["a text", "操作成功"],
    ["an array", []],
    ["no code", { reason: "操作成功", result: { orderid: "JH1", res: [] } }],
    ["a code that is none", { error_code: "none" }],
    ["success without a result", { error_code: 0, result: null }],
    ["res that is a text", ANSWERS.wrongShape.body],
    ["entries without a plate number", success([["车牌颜色", "蓝"]]).body],
    ["entries without a name", { error_code: 0, result: { res: [{ content: "粤TNT444" }] } }],
  ])("%s", (_name, body) => expect(parseJuheAnswer(body).kind).toBe("broken"));
});
