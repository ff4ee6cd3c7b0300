import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createHash, randomBytes } from "node:crypto";
import { JuheClient } from "../../src/juhe/juhe.client.js";
import { ANSWERS, EXAMPLE_ORDER_ID, EXAMPLE_READING, refusal, type StandInAnswer } from "../support/juhe-answers.js";
import { JuheStandIn } from "../support/juhe-stand-in.js";

/** Begins as a JPEG does, and holds every byte that a form could garble. */
const PHOTO = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from("\r\n--\0&=+%"), randomBytes(300_000)]);
/** With characters that forms encode. */
const KEY = "k3y+with/odd&chars=%7";
/** A busy machine took 400 ms to send the photo. */
const TIMEOUT_MS = 1_500;

let vendor: JuheStandIn;
let client: JuheClient;

beforeEach(async () => {
  vendor = await JuheStandIn.start(KEY);
  client = new JuheClient({ baseUrl: vendor.baseUrl, key: KEY, timeoutMs: 5000 });
});

afterEach(async () => {
  await client.close();
  await vendor.close();
});

const verify = () => client.verify(PHOTO, "photo.jpg", "image/jpeg");
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

describe("what is sent", () => {
  test("verify uploads the file and says how long the form is", async () => {
    await client.verify(PHOTO, 'a "quoted"\r\nname.jpg', "image/jpeg");
    const [request] = vendor.requests;
    expect(vendor.requests).toHaveLength(1);
    expect(request).toMatchObject({ operation: "verify", key: KEY, contentType: "image/jpeg" });
    expect(request?.filename).toBe('a "quoted"\r\nname.jpg');
    expect(sha256(request?.photo ?? Buffer.alloc(0))).toBe(sha256(PHOTO));
    expect(Number(request?.headers["content-length"])).toBeGreaterThan(PHOTO.length);
    expect(request?.headers["transfer-encoding"]).toBeUndefined();
  });

  test("query sends base64 as a form field", async () => {
    await client.query(PHOTO.toString("base64"));
    const [request] = vendor.requests;
    expect(request).toMatchObject({ operation: "query", key: KEY, filename: null });
    expect(request?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(sha256(request?.photo ?? Buffer.alloc(0))).toBe(sha256(PHOTO));
  });

  test("a path in the base address comes first", async () => {
    await using other = closing(new JuheClient({ baseUrl: `${vendor.baseUrl}/proxy/`, key: KEY, timeoutMs: 5000 }));
    const { outcome } = await other.client.query("AAAA");
    expect(outcome).toMatchObject({ kind: "broken", problem: "answered with HTTP status 404" });
  });
});

describe("right answers", () => {
  test.each(["example", "oddOrder", "codesAsStrings", "codesAsNumbers"] as const)("%s", async (name) => {
    vendor.answerWith(ANSWERS[name]);
    const expected = { kind: "read", orderId: EXAMPLE_ORDER_ID, readings: [EXAMPLE_READING] };
    expect(await verify()).toEqual({ outcome: expected, rawAnswer: ANSWERS[name].body });
    expect((await client.query(PHOTO.toString("base64"))).outcome).toEqual(expected);
    expect(vendor.requests.map(({ operation }) => operation)).toEqual(["verify", "query"]);
  });

  test.each([
    ["twoPlates", 2],
    ["type19", 1],
    ["codes77", 1],
    ["noPlate", 0],
    ["emptyPlate", 0],
  ] as const)("%s has %i readings", async (name, count) => {
    vendor.answerWith(ANSWERS[name]);
    const { outcome } = await verify();
    expect(outcome.kind === "read" && outcome.readings.length).toBe(count);
  });
});

describe("refusals", () => {
  test.each([271101, 271102, 271103, 271104, 10001, 10009, 10011, 10012, 10013, 10014, 10020, 10021, 99999])(
    "%i comes through",
    async (errorCode) => {
      const answer = refusal(errorCode, "原因");
      vendor.answerWith(answer);
      const expected = {
        outcome: { kind: "refused", errorCode, reason: "原因", orderId: null },
        rawAnswer: answer.body,
      };
      expect(await verify()).toEqual(expected);
      expect(vendor.requests).toHaveLength(1);
    },
  );

  test("the stand-in itself refuses a wrong key and an empty file, as the vendor does", async () => {
    await using other = closing(new JuheClient({ baseUrl: vendor.baseUrl, key: "wrong", timeoutMs: 5000 }));
    expect((await other.client.query("AAAA")).outcome).toMatchObject({ errorCode: 10001, reason: "错误的请求KEY" });
    expect((await client.query("")).outcome).toMatchObject({ errorCode: 271102, reason: "file参数不可为空" });
    const got = await fetch(`${vendor.baseUrl}/verify_carlicense/query`);
    expect(await got.json()).toMatchObject({ error_code: 271104, reason: "只支持POST方法" });
  });

  test("a refusal under a gateway's 403 counts, a success under a 503 does not", async () => {
    vendor.answerWith({ ...refusal(10008, "被禁止的IP"), status: 403 });
    expect((await verify()).outcome).toMatchObject({ kind: "refused", errorCode: 10008 });
    vendor.answerWith(ANSWERS.serverErrorWithAnswer);
    expect((await verify()).outcome).toMatchObject({ kind: "broken", problem: "answered with HTTP status 503" });
  });
});

describe("broken answers", () => {
  test.each([
    ["html", "gave an answer that is not JSON", ANSWERS.html.body],
    ["notJson", "gave an answer that is not JSON", "操作成功"],
    ["cutOffJson", "gave an answer that is not JSON", ANSWERS.cutOffJson.body],
    ["wrongShape", "gave an answer of an unknown shape", ANSWERS.wrongShape.body],
    ["serverError", "answered with HTTP status 500", "Internal Server Error"],
    ["forbiddenByGateway", "answered with HTTP status 403", ANSWERS.forbiddenByGateway.body],
    ["huge", "gave an answer that is too large", null],
    ["cutOffBody", "could not be reached", null],
    ["connectionClosed", "could not be reached", null],
  ] as const)("%s: asked once, told as a value", async (name, problem, rawAnswer) => {
    vendor.answerWith(ANSWERS[name]);
    const answer = await verify();
    expect(answer.outcome).toMatchObject({ kind: "broken", problem });
    expect(answer.rawAnswer).toEqual(rawAnswer);
    // Long enough for a repeated request to arrive.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(vendor.requests).toHaveLength(1);
    vendor.answerWith(ANSWERS.example);
    expect((await verify()).outcome.kind).toBe("read");
  });

  test.each(["never", "slowDrip"] as const)("%s: given up in time", async (name) => {
    await using hasty = closing(new JuheClient({ baseUrl: vendor.baseUrl, key: KEY, timeoutMs: TIMEOUT_MS }));
    vendor.answerWith(ANSWERS[name]);
    const start = performance.now();
    const { outcome, rawAnswer } = await hasty.client.verify(PHOTO, "photo.jpg", "image/jpeg");
    expect(performance.now() - start).toBeLessThan(TIMEOUT_MS * 4);
    expect(outcome).toMatchObject({ kind: "broken", problem: `did not answer within ${TIMEOUT_MS} ms` });
    expect(rawAnswer).toBeNull();
    expect(vendor.requests).toHaveLength(1);
  });

  test("nobody listens", async () => {
    const gone = await JuheStandIn.start(KEY);
    const { baseUrl } = gone;
    await gone.close();
    await using other = closing(new JuheClient({ baseUrl, key: KEY, timeoutMs: 5000 }));
    expect((await other.client.query("AAAA")).outcome).toMatchObject({
      kind: "broken",
      problem: "could not be reached",
    });
  });
});

describe("the key", () => {
  const encoded = encodeURIComponent(KEY);
  const echoes: [string, StandInAnswer][] = [
    ["HTML", { body: `<p>bad key ${KEY} in /query?key=${encoded}</p>` }],
    [
      "a refusal",
      { body: { error_code: 10001, reason: `错误的请求KEY ${KEY}`, result: { orderid: KEY }, [KEY]: [encoded] } },
    ],
    ["a success", { body: { ...(ANSWERS.example.body as object), request: { key: KEY } } }],
    ["a key at the cut", { body: `${"x".repeat(9_990)}${KEY}` }],
    ["a reason cut at the key", { body: { error_code: 10014, reason: `${"x".repeat(190)}${KEY}` } }],
  ];

  test.each(echoes)("echoed in %s stays behind", async (_name, answer) => {
    vendor.answerWith(answer);
    const kept = JSON.stringify(await verify());
    expect(kept).not.toContain(KEY.slice(0, 6));
    expect(kept).toMatch(/\[key\]|\[k/u);
  });

  /** Short enough for a plate. */
  const SHORT_KEY = "9f3c77ab01de";
  const disguises: [string, string][] = [
    ["as it is", SHORT_KEY],
    ["in capitals", SHORT_KEY.toUpperCase()],
    ["behind a province", `粤${SHORT_KEY}`],
    ["with dots", SHORT_KEY.replace(/(..)/gu, "$1·")],
    ["with zero-width spaces", SHORT_KEY.replace(/(..)/gu, "$1\u200B")],
    ["in full-width characters", SHORT_KEY.replace(/./gu, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0))],
    ["percent-encoded", SHORT_KEY.replace(/./gu, (c) => `%${c.charCodeAt(0).toString(16)}`)],
    ["in base64", Buffer.from(SHORT_KEY).toString("base64")],
  ];

  test.each(disguises)(
    "D5: returned %s as a plate, an order and a colour is no reading and is not kept",
    async (_name, text) => {
      const other = await JuheStandIn.start(SHORT_KEY);
      await using of = closing(new JuheClient({ baseUrl: other.baseUrl, key: SHORT_KEY, timeoutMs: 5000 }));
      other.answerWith({
        body: {
          error_code: 0,
          reason: text,
          result: {
            orderid: text,
            res: [
              { desc: "车牌号", content: text },
              { desc: text, content: text },
            ],
          },
        },
      });
      const answer = await of.client.query("iVBORw0KGgo=");
      await other.close();
      expect(other.requests).toHaveLength(1);
      expect(answer.outcome).toMatchObject({ kind: "read", readings: [] });
      expect(JSON.stringify(answer)).not.toContain(text);
      expect(JSON.stringify(answer)).toContain("[key]");
    },
  );

  test("is in no error", async () => {
    vendor.answerWith(ANSWERS.connectionClosed);
    const { outcome } = await verify();
    const cause = outcome.kind === "broken" ? outcome.cause : undefined;
    expect(cause?.message).toContain("other side closed");
    expect(`${cause?.stack}${JSON.stringify(cause)}`).not.toContain(KEY);
    expect(cause?.cause).toBeUndefined();
  });
});

describe("connections", () => {
  test("are kept for the next call", async () => {
    for (let call = 0; call < 8; call++) await verify();
    expect(vendor.requests).toHaveLength(8);
    // Two, because the pool may find the first not yet free in the very moment that its answer ends.
    expect(vendor.connectionCount).toBeLessThanOrEqual(2);
  });

  test("calls at once do not wait for each other", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, verify));
    expect(answers.every(({ outcome }) => outcome.kind === "read")).toBe(true);
    expect(vendor.connectionCount).toBeGreaterThan(1);
    expect(vendor.requests).toHaveLength(10);
  });
});

/** A client that closes with the block it is used in. */
function closing(client: JuheClient) {
  return { client, [Symbol.asyncDispose]: () => client.close() };
}
