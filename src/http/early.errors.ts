/** Errors that Apollo Server finds in a request before there is an operation: its plugins do not see them, so they get the request's id here. */
import type { RequestRecord } from "./request.record.js";

interface Answer {
  errors?: { extensions?: Record<string, unknown> }[];
}

/** The answer's text, with the id in each error. */
export function withRequestId(text: string, contentType: string | undefined, record: RequestRecord): string {
  if (record.begun || contentType?.includes("json") !== true) return text;
  const answer = JSON.parse(text) as Answer;
  for (const error of answer.errors ?? []) {
    error.extensions = { requestId: record.requestId, ...error.extensions };
    record.addCode(error.extensions.code);
  }
  return JSON.stringify(answer);
}
