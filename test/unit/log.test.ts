/** The log: what is kept of an error, the line for a terminal, the id of a request. */
import { describe, expect, test } from "@jest/globals";
import { summaryOf } from "../../src/database/statement.watch.js";
import { requestIdOf, traceParentOf } from "../../src/http/request.id.js";
import { loggedError } from "../../src/logger/logged.error.js";
import { terminalLine } from "../../src/logger/terminal.line.js";

const NEW_ID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/;
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

describe("an error in the log", () => {
  test("has its place and code, and none of the values that PostgreSQL and TypeORM tell with it", () => {
    const cause = Object.assign(new Error("duplicate key value violates unique constraint"), {
      code: "23505",
      constraint: "plates_pkey",
      detail: "Key (number)=(粤B12345) already exists.",
      where: "unnamed portal parameter $1 = '粤B12345'",
      parameters: ["粤B12345"],
    });
    const logged = JSON.stringify(loggedError(new Error("not stored", { cause })));
    expect(logged).not.toContain("粤B12345");
    expect(JSON.parse(logged)).toMatchObject({
      type: "Error",
      message: "not stored",
      stack: expect.stringContaining("log.test"),
      cause: { code: "23505", constraint: "plates_pkey" },
    });
  });

  test("is bounded: long messages, causes without end", () => {
    const error = new Error("x".repeat(1_000_000));
    error.cause = error;
    expect(JSON.stringify(loggedError(error)).length).toBeLessThan(50_000);
  });
});

describe("the line for a terminal", () => {
  test("is time, level, message and fields", () => {
    const json = '{"level":30,"time":"2026-11-23T04:05:06.789Z","route":"/graphql","status":200,"msg":"request"}';
    expect(terminalLine(json)).toBe("04:05:06.789 info  request  route=/graphql  status=200\n");
  });

  test("keeps control characters from the terminal", () => {
    const fields = { msg: "a\u001b[2Jb", name: "c\r\nd", c1: "\u009b31m", list: ["\u009be"] };
    const line = terminalLine(JSON.stringify({ level: 50, time: "2026-11-23T04:05:06.789Z", ...fields }));

    expect(line).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u);
    expect(line.trimEnd()).not.toContain("\n");
    expect(line).toContain("\\u001b[2Jb");
  });

  test("an error's stack stands below, a line each", () => {
    const err = { type: "Error", message: "broken", stack: "Error: broken\n    at here" };
    expect(terminalLine(JSON.stringify({ level: 50, time: "2026-11-23T04:05:06.789Z", err, msg: "failed" }))).toBe(
      "04:05:06.789 error failed\n    Error: broken\n        at here\n",
    );
  });
});

describe("the id of a request", () => {
  test.each([["abc-1"], ["a".repeat(128)], ["Root=1-67891233-abcdef012345678912345678"]])("%j is taken over", (id) => {
    expect(requestIdOf({ "x-request-id": id })).toBe(id);
  });

  test.each([[""], ["a b"], ["a".repeat(129)], ["a".repeat(8_192)], ["a\nb"], ['"}'], ["粤B12345"], ["a\u0000"]])(
    "%j is not",
    (id) => {
      expect(requestIdOf({ "x-request-id": id })).toMatch(NEW_ID);
    },
  );

  test("else it is the caller's trace", () => {
    expect(requestIdOf({ traceparent: `00-${TRACE}-${SPAN}-01` })).toBe(TRACE);
    expect(traceParentOf({ traceparent: `00-${TRACE}-${SPAN}-01` })).toEqual({
      traceId: TRACE,
      spanId: SPAN,
      sampled: true,
    });
    expect(traceParentOf({ traceparent: `cc-${TRACE}-${SPAN}-02-more` })?.sampled).toBe(false);
  });

  test.each([
    [`ff-${TRACE}-${SPAN}-01`],
    [`00-${TRACE}-${SPAN}-01-more`],
    [`00-${"0".repeat(32)}-${SPAN}-01`],
    [`00-${TRACE}-${"0".repeat(16)}-01`],
    [`00-${TRACE.toUpperCase()}-${SPAN}-01`],
    [`00-${TRACE}-${SPAN}`],
    [`00-${TRACE}-${SPAN}-01\n`],
    [`cc-${TRACE}-${SPAN}-01-${"a".repeat(8_192)}`],
  ])("the trace of %j is not", (traceparent) => {
    expect(traceParentOf({ traceparent })).toBeNull();
    expect(requestIdOf({ traceparent })).toMatch(NEW_ID);
  });
});

test.each([
  ["SELECT p.id FROM (SELECT p.* FROM plate_recognitions p WHERE a = $1) p", "SELECT plate_recognitions"],
  ["WITH request AS (INSERT INTO recognition_requests (a) VALUES ($1)) SELECT 1", "INSERT recognition_requests"],
  ["SELECT FROM plates WHERE a = $1 FOR UPDATE SKIP LOCKED", "SELECT plates"],
  ["UPDATE api_keys SET a = $1", "UPDATE api_keys"],
  ["DELETE FROM plates", "DELETE plates"],
  ["BEGIN", "BEGIN"],
  ["SELECT 1", "SELECT"],
])("%s is %s", (text, summary) => expect(summaryOf(text)).toBe(summary));
