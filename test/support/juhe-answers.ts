/** Answers of the vendor's as the stand-in can give them: right, odd, and wrong in every way that was seen or feared. */

/** What to send back; `after` is what happens on the wire once the body is out. */
export interface StandInAnswer {
  /** 200 unless told. */
  status?: number;
  /** A string is sent as it is, anything else as JSON. */
  body: unknown;
  /**
   * `end`, the default, ends the answer; `cut` promises more bytes and closes the connection; `drip` sends a space every
   * few milliseconds for ever; `silence` sends not even a status line, and neither does `close`, which hangs up at once.
   */
  /** Milliseconds before the first byte. */
  afterMs?: number;
  then?: "end" | "cut" | "drip" | "silence" | "close";
}

type Entry = readonly [desc: string, content: unknown];

/** The document's own example, in its order. */
const EXAMPLE_ENTRIES: readonly Entry[] = [
  ["车牌号", "粤TNT444"],
  ["车牌颜色", "蓝"],
  ["车牌颜色", "1"],
  ["车牌类型", "1"],
  ["整牌可信度", "79"],
  ["亮度评价", "98"],
  ["车牌运动方向", "0"],
  ["车牌位置(left_top_right_bottom)", "273_154_345_173"],
];

export const EXAMPLE_ORDER_ID = "JH711122051814001466198152";

/** What the document's example says, in our words. */
export const EXAMPLE_READING = {
  plateNumber: "粤TNT444",
  color: "BLUE",
  type: "BLUE",
  confidence: 79,
  brightness: 98,
  direction: "UNKNOWN",
  boundingBox: { left: 273, top: 154, right: 345, bottom: 173 },
} as const;

/** A success with these entries. */
export function success(entries: readonly Entry[]): StandInAnswer {
  const res = entries.map(([desc, content]) => ({ desc, content, nID: null, index: null }));
  return { body: { error_code: 0, reason: "操作成功", result: { orderid: EXAMPLE_ORDER_ID, res } } };
}

/** The example with some entries changed, and those set to undefined left out. */
export function exampleWith(changes: Record<string, unknown>): StandInAnswer {
  const changed = EXAMPLE_ENTRIES.map(([desc, content]): Entry => [desc, desc in changes ? changes[desc] : content]);
  return success(changed.filter(([, content]) => content !== undefined));
}

/** The vendor says no. */
export function refusal(errorCode: number, reason: string): StandInAnswer {
  const resultcode = errorCode > 20000 ? String(errorCode) : String(errorCode - 9900);
  return { body: { resultcode, reason, result: null, error_code: errorCode } };
}

const SECOND_PLATE: readonly Entry[] = [
  ["车牌号", "京AD12345"],
  ["车牌颜色", "绿"],
  ["车牌颜色", "5"],
  ["车牌类型", "17"],
  ["整牌可信度", "93"],
  ["亮度评价", "120"],
  ["车牌运动方向", "4"],
  ["车牌位置(left_top_right_bottom)", "10_20_90_50"],
];

export const ANSWERS = {
  example: success(EXAMPLE_ENTRIES),
  /** Keys and entries in another order, the colour's code before its name, the plate last. */
  oddOrder: {
    body: {
      result: {
        res: EXAMPLE_ENTRIES.toReversed().map(([desc, content]) => ({ index: null, content, nID: null, desc })),
        orderid: EXAMPLE_ORDER_ID,
      },
      reason: "操作成功",
      error_code: 0,
    },
  },
  codesAsStrings: {
    body: { ...(success(EXAMPLE_ENTRIES).body as object), error_code: "0", resultcode: "200" },
  },
  codesAsNumbers: exampleWith({ 车牌类型: 1, 整牌可信度: 79, 亮度评价: 98, 车牌运动方向: 0 }),
  type19: exampleWith({ 车牌类型: "19" }),
  codes77: exampleWith({ 车牌颜色: "77", 车牌类型: "77", 车牌运动方向: "77" }),
  twoPlates: success([...EXAMPLE_ENTRIES, ...SECOND_PLATE]),
  /** Both plates complete, each with its number last. */
  twoPlatesReversed: success([...EXAMPLE_ENTRIES.toReversed(), ...SECOND_PLATE.toReversed()]),
  noPlate: success([]),
  emptyPlate: exampleWith({ 车牌号: "" }),
  html: { body: "<html><body><h1>502 Bad Gateway</h1></body></html>" },
  notJson: { body: "操作成功" },
  wrongShape: { body: { error_code: 0, reason: "操作成功", result: { orderid: "1", res: "粤TNT444" } } },
  /** A whole HTTP answer whose JSON ends early. */
  cutOffJson: { body: JSON.stringify(success(EXAMPLE_ENTRIES).body).slice(0, 120) },
  /** An HTTP answer that ends before its promised length. */
  cutOffBody: { body: JSON.stringify(success(EXAMPLE_ENTRIES).body).slice(0, 120), then: "cut" },
  serverError: { status: 500, body: "Internal Server Error" },
  serverErrorWithAnswer: { status: 503, body: success(EXAMPLE_ENTRIES).body },
  forbiddenByGateway: { status: 403, body: "<html>403 Forbidden</html>" },
  huge: { body: { error_code: 0, reason: "长".repeat(1024 * 1024), result: null } },
  slowDrip: { body: "{", then: "drip" },
  never: { body: "", then: "silence" },
  connectionClosed: { body: "", then: "close" },
} satisfies Record<string, StandInAnswer>;
